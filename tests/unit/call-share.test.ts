/** What a call does with a shared screen, with the browser's capture and the transport played. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { CallShare } from '../../extension/call/call-share.ts';
import { type Capture, CaptureError } from '../../extension/call/screen-capture.ts';
import type { ControlMessage } from '../../extension/core/control-message.ts';
import type { TrackKind } from '../../extension/core/media-lines.ts';
import { playBrowserGlobals } from './played-clock.ts';

interface Answer {
  resolve(capture: Capture): void;
  reject(error: Error): void;
}
const asked = vi.hoisted((): Answer[] => []);
vi.mock('../../extension/call/screen-capture.ts', async (original) => ({
  ...(await original<object>()),
  capture: () => new Promise((resolve, reject) => asked.push({ resolve, reject })),
}));
function question(at: number): Answer {
  const found = asked[at];
  if (!found) throw new Error('The browser was not asked.');
  return found;
}

/** A captured screen, and whether it was let go. */
function screen() {
  const picture = Object.assign(new EventTarget(), {
    kind: 'video',
    getSettings: () => ({ displaySurface: 'browser' }),
  }) as unknown as MediaStreamTrack;
  const sound = { kind: 'audio' } as MediaStreamTrack;
  const close = vi.fn();
  return { capture: { picture, sound, surface: 'screen', close } satisfies Capture, picture, sound, close };
}

/** A call's sharing, with what it put into the transport and what it keeps the other side told of. */
function sharing() {
  const tracks = new Map<TrackKind, MediaStreamTrack | null>();
  const told: ControlMessage[] = [];
  let hear: (message: Extract<ControlMessage, { type: 'share' }>) => void = () => undefined;
  let may = true;
  const share = new CallShare(
    {
      setTrack: (kind, track) => void tracks.set(kind, track),
      keepTold: (message) => void told.push(message),
      hear: (_type, listener) => void (hear = listener as typeof hear),
    },
    { mayShow: () => may, changed: () => undefined },
  );
  return {
    share,
    tracks,
    told,
    theySay: (shown: Parameters<typeof hear>[0]['shown']) => hear({ type: 'share', shown }),
    allow: (is: boolean) => {
      may = is;
      share.review();
    },
  };
}

const PICKER = { by: 'picker', prefers: 'any' } as const;
const TAB = { by: 'tab', streamId: 'id', width: 800, height: 600 } as const;

beforeEach(() => {
  playBrowserGlobals();
  asked.length = 0;
});

async function shown() {
  const call = sharing();
  const seen = screen();
  const done = call.share.start(PICKER);
  question(0).resolve(seen.capture);
  await done;
  return { ...call, ...seen };
}

describe('Alice’s screen', () => {
  it('goes into the call with its sound, and Bob is told what it is', async () => {
    const { tracks, told, picture, sound, share } = await shown();
    expect([...tracks]).toEqual([
      ['screen', picture],
      ['screen-sound', sound],
    ]);
    expect(told).toEqual([{ type: 'share', shown: { surface: 'screen', sound: true } }]);
    expect(share.snapshot.own.step).toBe('on');
  });

  it('leaves it, is let go, and Bob is told, when she stops', async () => {
    const { share, tracks, told, close } = await shown();
    share.stop();
    expect([...tracks.values()]).toEqual([null, null]);
    expect(close).toHaveBeenCalledOnce();
    expect(told.at(-1)).toEqual({ type: 'share', shown: null });
  });

  it('does so when it ends in the browser’s own bar', async () => {
    const { picture, tracks, told } = await shown();
    picture.dispatchEvent(new Event('ended'));
    expect([...tracks.values()]).toEqual([null, null]);
    expect(told.at(-1)).toEqual({ type: 'share', shown: null });
  });

  it('is told anew when she switches to a tab there', async () => {
    const { picture, told } = await shown();
    picture.dispatchEvent(new Event('configurationchange'));
    expect(told.at(-1)).toEqual({ type: 'share', shown: { surface: 'tab', sound: true } });
  });

  it('is kept on hold and seen by nobody until it is over', async () => {
    const { share, tracks, told, picture, close } = await shown();
    share.hold(true);
    expect(tracks.get('screen')).toBeNull();
    expect(told.at(-1)).toEqual({ type: 'share', shown: null });
    share.hold(false);
    expect(tracks.get('screen')).toBe(picture);
    expect(close).not.toHaveBeenCalled();
  });

  it('that is chosen while the call is on hold waits for its end', async () => {
    const { share, tracks } = sharing();
    const late = screen();
    const done = share.start(PICKER);
    share.hold(true);
    question(0).resolve(late.capture);
    await done;
    expect(share.snapshot.own.step).toBe('paused');
    expect(tracks.get('screen') ?? null).toBeNull();
    share.hold(false);
    expect(tracks.get('screen')).toBe(late.picture);
  });

  it('stops when somebody saw other safety pictures, and when the call is over', async () => {
    const one = await shown();
    one.allow(false);
    expect(one.close).toHaveBeenCalledOnce();
    expect(one.told.at(-1)).toEqual({ type: 'share', shown: null });
    asked.length = 0;
    const other = await shown();
    other.share.close();
    expect(other.close).toHaveBeenCalledOnce();
  });

  it('is let go if the browser gives it when nobody wants it any more', async () => {
    const { share, tracks } = sharing();
    const late = screen();
    const done = share.start(PICKER);
    share.stop();
    question(0).resolve(late.capture);
    await done;
    expect(late.close).toHaveBeenCalledOnce();
    expect(tracks.size).toBe(0);
  });

  it('makes room for the tab that a click on the toolbar shows, also while the picker is open', async () => {
    const { share, tracks } = sharing();
    const [late, tab] = [screen(), screen()];
    const first = share.start(PICKER);
    const second = share.start(TAB);
    question(1).resolve(tab.capture);
    question(0).resolve(late.capture);
    await Promise.all([first, second]);
    expect(late.close).toHaveBeenCalledOnce();
    expect(tracks.get('screen')).toBe(tab.picture);
  });

  it('says why the computer keeps it back, and nothing if she chose nothing', async () => {
    const { share, told } = sharing();
    let done = share.start(PICKER);
    question(0).reject(new CaptureError('forbidden'));
    await done;
    expect(share.snapshot.own).toEqual({ step: 'off', fault: 'forbidden' });
    done = share.start(PICKER);
    question(1).reject(new CaptureError(null));
    await done;
    expect(share.snapshot.own).toEqual({ step: 'off', fault: null });
    expect(told, 'a call in which nothing is shown says nothing of it').toEqual([]);
  });

  it('is not asked for before both talk', async () => {
    const { share, allow } = sharing();
    allow(false);
    await share.start(PICKER);
    expect(asked).toEqual([]);
  });
});

describe('Bob’s screen', () => {
  it('is seen while he says so, beside her own', async () => {
    const { share, theySay } = await shown();
    theySay({ surface: 'window', sound: false });
    expect(share.snapshot).toMatchObject({
      own: { step: 'on' },
      theirs: { surface: 'window', sound: false },
    });
    theySay(null);
    expect(share.snapshot.theirs).toBeNull();
  });

  it('is not seen before both talk, nor once somebody saw other safety pictures', () => {
    const { share, theySay, allow } = sharing();
    allow(false);
    theySay({ surface: 'tab', sound: true });
    expect(share.snapshot.theirs).toBeNull();
    allow(true);
    expect(share.snapshot.theirs).toEqual({ surface: 'tab', sound: true });
  });
});
