/** The sound of a call that comes in: two soft notes, every 1.8 s, in step with the halo. Made here, so no file can be missing. */

/** From one ring to the next, in seconds. The same as `--ring` of the views. */
const PERIOD_S = 1.8;
const NOTES = [
  { hz: 659.25, at: 0 },
  { hz: 880, at: 0.18 },
  { hz: 659.25, at: 0.48 },
  { hz: 880, at: 0.66 },
];
const NOTE_S = 0.42;

export interface Ringtone {
  /** @returns whether it can be heard: the browser lets it play. */
  readonly started: Promise<boolean>;
  stop(): void;
}

/** Rings until stopped. @param volume 0 to 1 */
export function ring(volume: number): Ringtone {
  const context = new AudioContext();
  const loudness = context.createGain();
  loudness.gain.value = volume * 0.5;
  loudness.connect(context.destination);
  let next = context.currentTime + 0.05;
  const schedule = (): void => {
    // Always a period ahead, so that a busy page makes no gap.
    while (next < context.currentTime + PERIOD_S) {
      for (const note of NOTES) play(context, loudness, note.hz, next + note.at);
      next += PERIOD_S;
    }
  };
  schedule();
  const timer = setInterval(schedule, 500);
  return {
    started: context.resume().then(
      () => context.state === 'running',
      () => false,
    ),
    stop() {
      clearInterval(timer);
      void context.close();
    },
  };
}

function play(context: AudioContext, into: AudioNode, hz: number, at: number): void {
  const note = context.createOscillator();
  const shape = context.createGain();
  note.type = 'sine';
  note.frequency.value = hz;
  shape.gain.setValueAtTime(0, at);
  shape.gain.linearRampToValueAtTime(1, at + 0.02);
  shape.gain.exponentialRampToValueAtTime(0.001, at + NOTE_S);
  note.connect(shape).connect(into);
  note.start(at);
  note.stop(at + NOTE_S);
}
