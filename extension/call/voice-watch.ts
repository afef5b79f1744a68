/**
 * Listens to this person's own microphone for what they should be told: that they speak while muted, or that nothing is heard
 * of them. What it hears goes nowhere: a muted microphone is heard through a copy of its track, which no sender has.
 */
import { hearVoice, NO_VOICE, type VoiceHint } from '../core/voice-hint.ts';

const EVERY_MS = 200;
/** How long a call's first frames are left alone, in milliseconds. */
const LATER_MS = 3000;

/** An output that plays nothing: a context of its own would open a loudspeaker. Not yet in TypeScript's DOM library. */
const SILENT = { sinkId: { type: 'none' }, sampleRate: 16_000 } as AudioContextOptions;

export class VoiceWatch {
  readonly #changed: () => void;
  #voice = NO_VOICE;
  #isOn = true;
  #close: () => void = () => undefined;

  /** @param changed called when the hint is another */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get hint(): VoiceHint {
    return this.#voice.hint;
  }

  /** Whether the microphone is on. */
  setOn(on: boolean): void {
    this.#isOn = on;
    if (this.#voice.hint !== null) this.#hear(0, 0);
  }

  /** Listens to this microphone from now on. */
  attach(microphone: MediaStreamTrack): void {
    this.close();
    this.#voice = NO_VOICE;
    const timer = setTimeout(() => {
      const ear = microphone.clone();
      ear.enabled = true;
      const context = new AudioContext(SILENT);
      const analyser = context.createAnalyser();
      analyser.fftSize = 2048;
      context.createMediaStreamSource(new MediaStream([ear])).connect(analyser);
      const samples = new Float32Array(analyser.fftSize);
      const listening = setInterval(() => {
        // Heard and on, there is nothing to be told.
        if (this.#isOn && this.#voice.unheard === null) return;
        analyser.getFloatTimeDomainData(samples);
        const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
        this.#hear(Math.sqrt(power), EVERY_MS);
      }, EVERY_MS);
      this.#close = () => {
        clearInterval(listening);
        ear.stop();
        void context.close();
      };
    }, LATER_MS);
    this.#close = () => clearTimeout(timer);
  }

  close(): void {
    this.#close();
    this.#close = () => undefined;
    this.#voice = NO_VOICE;
  }

  #hear(rms: number, ms: number): void {
    const before = this.#voice.hint;
    this.#voice = hearVoice(this.#voice, rms, ms, this.#isOn);
    if (this.#voice.hint !== before) this.#changed();
  }
}
