/** The words of notifications and of the toolbar icon, which the background says. */
import type { CallKind } from '../../../relay/mail.ts';
import { clockTime, whenOf } from './dates.ts';
import { plain, sentences } from './sentences.ts';

/** Who a notification says it is: nobody is called by a name that is somebody else's. */
interface Caller {
  name: string;
  /** Whether somebody else on the list has that name. */
  claims: boolean;
}
const told = ({ name, claims }: Caller) => ({ name, who: claims ? 'claims' : 'known' });

export const notificationWords = sentences('notification', {
  answer: plain,
  decline: plain,
  notNow: plain,
  hangUpAndAnswer: plain,
  holdAndAnswer: plain,
  holdThemAndAnswer: (name: string) => ({ name }),
  later: plain,
  callBack: plain,
  seeThem: plain,
  inTenMinutes: plain,
  calls: told,
  callsHidden: plain,
  seeWho: plain,
  kind: (kind: CallKind) => ({ kind }),
  onCallWith: (name: string) => ({ name }),
  onCall: plain,
  someone: plain,
  someoneClaims: (name: string) => ({ name }),
  missed: told,
  missedHidden: plain,
  missedAt: (at: number, now: number) => whenOf(at, now),
  severalMissed: (count: number) => ({ count }),
  callThem: (name: string) => ({ name }),
  call: plain,
  remindThem: (name: string) => ({ name }),
  remindHidden: plain,
  remindedAt: (at: number) => ({ time: clockTime(at) }),
  isBack: (name: string) => ({ name }),
  isFree: (name: string) => ({ name }),
  isBackHidden: plain,
  isFreeHidden: plain,
  askedToKnow: plain,
  wereWith: (name: string) => ({ name }),
  wereHidden: plain,
  stillThere: plain,
  goBack: plain,
});

/** What the toolbar icon says when it is pointed at. */
export const iconWords = sentences('icon', {
  ringing: plain,
  inCall: plain,
  missed: (count: number) => ({ count }),
  notConnected: plain,
  quiet: plain,
  idle: plain,
});
