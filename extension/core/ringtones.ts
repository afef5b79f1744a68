/** What a call that comes in can sound like: a few notes each, made when they are needed, so that no file can be missing. */

export const RINGTONES = ['birds', 'bells', 'steps', 'lake', 'own'] as const;
export type RingtoneName = (typeof RINGTONES)[number];

interface Note {
  readonly hz: number;
  /** From the start of a ring, in seconds. */
  readonly at: number;
}
/** One ring; the next begins after `RING_PERIOD_S`. */
export interface Tune {
  readonly wave: OscillatorType;
  readonly noteS: number;
  readonly notes: readonly Note[];
}

/** From one ring to the next, in seconds. The same as `--ring` of the views. */
export const RING_PERIOD_S = 1.8;

export const TUNES: Record<Exclude<RingtoneName, 'own'>, Tune> = {
  birds: {
    wave: 'sine',
    noteS: 0.42,
    notes: [
      { hz: 659.25, at: 0 },
      { hz: 880, at: 0.18 },
      { hz: 659.25, at: 0.48 },
      { hz: 880, at: 0.66 },
    ],
  },
  bells: {
    wave: 'triangle',
    noteS: 0.9,
    notes: [
      { hz: 1046.5, at: 0 },
      { hz: 783.99, at: 0.45 },
    ],
  },
  steps: {
    wave: 'triangle',
    noteS: 0.3,
    notes: [
      { hz: 523.25, at: 0 },
      { hz: 587.33, at: 0.15 },
      { hz: 698.46, at: 0.3 },
      { hz: 880, at: 0.45 },
    ],
  },
  lake: {
    wave: 'sine',
    noteS: 1.1,
    notes: [
      { hz: 392, at: 0 },
      { hz: 493.88, at: 0.3 },
      { hz: 587.33, at: 0.6 },
    ],
  },
};

/** What a file of this person's may be, at most. */
export const MAX_SOUND_BYTES = 5 * 1024 * 1024;
export const MAX_SOUND_S = 60;

/** Why a file can't ring. */
export type SoundProblem = 'too-big' | 'too-long' | 'unreadable';

/** @param seconds how long it plays, or null if no browser could read it @returns what is wrong with a file, or null. */
export function soundProblem(bytes: number, seconds: number | null): SoundProblem | null {
  if (bytes > MAX_SOUND_BYTES) return 'too-big';
  if (seconds === null || !(seconds > 0)) return 'unreadable';
  return seconds > MAX_SOUND_S ? 'too-long' : null;
}
