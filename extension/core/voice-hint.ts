/**
 * What a microphone's loudness says of its person: that they speak while they are muted, or that nothing is ever heard.
 *
 *   muted:  loud for a while → `muted`, until unmuted or quiet for long
 *   on:     never a sound for long → `silent`, until the first sound
 */

/** What a person is told. */
export type VoiceHint = 'muted' | 'silent' | null;

export interface Voice {
  readonly hint: VoiceHint;
  /** How long somebody has been speaking while muted, in milliseconds; pauses take away from it. */
  readonly spoken: number;
  /** How long it has been quiet since, in milliseconds. */
  readonly quiet: number;
  /** How long nothing at all has been heard of a microphone that is on, in milliseconds; null once something was. */
  readonly unheard: number | null;
}

/** Speech, as the root mean square of samples between -1 and 1: a voice at arm's length; a fan or typing stays below. */
const SPEECH_RMS = 0.02;
/** The least that a working microphone in a quiet room gives, even with its noise suppressed. */
const SOUND_RMS = 0.0003;
const SPEAKING_MS = 600;
const FORGET_MS = 4000;
const UNHEARD_MS = 12_000;

export const NO_VOICE: Voice = { hint: null, spoken: 0, quiet: 0, unheard: 0 };

/**
 * @param rms the loudness of the last `ms` milliseconds
 * @param on whether the microphone is on
 */
export function hearVoice(voice: Voice, rms: number, ms: number, on: boolean): Voice {
  const unheard =
    rms > SOUND_RMS ? null : voice.unheard === null ? null : on ? voice.unheard + ms : voice.unheard;
  if (on)
    return {
      hint: unheard !== null && unheard >= UNHEARD_MS ? 'silent' : null,
      spoken: 0,
      quiet: 0,
      unheard,
    };
  const isLoud = rms > SPEECH_RMS;
  const spoken = Math.max(0, voice.spoken + (isLoud ? ms : -ms));
  const quiet = isLoud ? 0 : voice.quiet + ms;
  const wasTold = voice.hint === 'muted';
  const isTold = spoken >= SPEAKING_MS || (wasTold && quiet < FORGET_MS);
  return { hint: isTold ? 'muted' : null, spoken: Math.min(spoken, SPEAKING_MS), quiet, unheard };
}
