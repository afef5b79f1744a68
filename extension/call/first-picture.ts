/**
 * The first second of a camera's picture. At full size most of the wait for it is one key frame that squeezes through a bitrate
 * nobody has measured yet, so it begins small and is sharpened once frames flow. From then on it is kept growing.
 */
import { MAX_BITS } from '../core/picture-growth.ts';
import { keepGrowing, reportOf } from './growing-picture.ts';

/** By how much each side of the camera's picture is divided, and from when: in milliseconds after the first frame left. */
const STEPS = [
  { scaleDownBy: 4, afterMs: 0 },
  { scaleDownBy: 2, afterMs: 250 },
  { scaleDownBy: 1, afterMs: 800 },
] as const;
/** How often the sender is asked whether its first frame has left, in milliseconds. */
const ASK_MS = 50;

export interface FirstPicture {
  /** No camera is in: whatever is sent next begins small. */
  prepare(): void;
  /** A camera was put in. */
  begin(): void;
  close(): void;
}

export function createFirstPicture(sender: RTCRtpSender): FirstPicture {
  let timers: ReturnType<typeof setTimeout>[] = [];
  let turn: Promise<unknown> = Promise.resolve();
  let round = 0;
  let endGrowing: (() => void) | undefined;

  const stop = (): void => {
    round++;
    for (const timer of timers) clearTimeout(timer);
    timers = [];
    endGrowing?.();
    endGrowing = undefined;
  };

  const change = (
    make: (encoding: RTCRtpEncodingParameters, parameters: RTCRtpSendParameters) => void,
  ): void => {
    // Parameters hold for one change only (WebRTC 1.0, 5.2): none is read before the last was written.
    turn = turn
      .then(() => {
        const parameters = sender.getParameters();
        const [encoding] = parameters.encodings;
        if (!encoding) return;
        make(encoding, parameters);
        return sender.setParameters(parameters);
      })
      // A connection that closes meanwhile needs none.
      .catch(() => undefined);
  };

  const scale = (by: number): void =>
    change((encoding, parameters) => {
      encoding.scaleResolutionDownBy = by;
      encoding.maxBitrate = MAX_BITS;
      // Between two people a face that moves with its voice matters more than its every hair.
      parameters.degradationPreference = 'maintain-framerate';
    });
  const setLimit = (bits: number): void => change((encoding) => void (encoding.maxBitrate = bits));

  const framesSent = async (): Promise<number> => (await reportOf(sender))?.framesSent ?? 0;

  const sharpenOnceSent = async (already: number, mine: number): Promise<void> => {
    const isSent = (await framesSent()) > already;
    if (mine !== round) return;
    timers = isSent
      ? STEPS.slice(1).map(({ scaleDownBy, afterMs }) => setTimeout(scale, afterMs, scaleDownBy))
      : [setTimeout(() => void sharpenOnceSent(already, mine), ASK_MS)];
  };

  return {
    prepare() {
      stop();
      scale(STEPS[0].scaleDownBy);
    },
    begin() {
      stop();
      const mine = round;
      endGrowing = keepGrowing(sender, setLimit);
      void framesSent().then((already) => sharpenOnceSent(already, mine));
    },
    close: stop,
  };
}
