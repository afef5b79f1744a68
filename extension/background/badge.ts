/** The toolbar icon and its badge: idle, in a call, missed, quiet or not connected. Shown without sound. */
import { unseenMissed } from '../core/call-log.ts';
import { quietAt } from '../core/quiet.ts';
import { iconWords } from '../views/ui/notification-words.ts';
import { get } from './store.ts';

type Look = 'idle' | 'incall' | 'missed' | 'quiet';
/** Red: something asks to be looked at. */
const BADGE_COLOUR = '#c9303f';
/** Addresses of the packed pictures, by `look-px`. */
const PICTURES = Object.fromEntries(
  Object.entries(
    import.meta.glob<string>('../icons/*-*.png', { eager: true, query: '?url', import: 'default' }),
  ).map(([file, url]) => [file.replace(/^.*\/|\.png$/g, ''), url]),
);
const SIZES = [16, 32, 48, 128];

let shown = '';

/** Brings the icon up to date with calls, history, link and status. */
export async function refreshBadge(): Promise<void> {
  const [calls, history, link, settings] = await Promise.all([
    get('calls'),
    get('history'),
    get('link'),
    get('settings'),
  ]);
  const missed = unseenMissed(history).length;
  const isRinging = calls.some(({ phase }) => phase === 'incoming');
  const isInCall = calls.some(({ phase }) => phase !== 'ended' && phase !== 'incoming');
  const isDown = link.state !== 'connected' || settings.availability.status === 'offline';
  const look: Look =
    isInCall || isRinging
      ? 'incall'
      : missed > 0
        ? 'missed'
        : isDown || quietAt(settings, Date.now())
          ? 'quiet'
          : 'idle';
  const text = isRinging ? '1' : missed > 0 && !isInCall ? String(missed) : '';
  const title = titleOf(look, missed, isRinging, isDown);
  const next = `${look} ${text} ${title}`;
  if (next === shown) return;
  shown = next;
  await Promise.all([
    chrome.action.setIcon({
      path: Object.fromEntries(SIZES.map((px) => [px, PICTURES[`${look}-${px}`] ?? ''])),
    }),
    chrome.action.setBadgeText({ text }),
    chrome.action.setBadgeBackgroundColor({ color: BADGE_COLOUR }),
    chrome.action.setBadgeTextColor({ color: '#ffffff' }),
    chrome.action.setTitle({ title }),
  ]);
}

function titleOf(look: Look, missed: number, isRinging: boolean, isDown: boolean): string {
  if (isRinging) return iconWords.ringing;
  if (look === 'incall') return iconWords.inCall;
  if (look === 'missed') return iconWords.missed(missed);
  if (isDown) return iconWords.notConnected;
  return look === 'quiet' ? iconWords.quiet : iconWords.idle;
}
