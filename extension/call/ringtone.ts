/** The sound of a call that comes in: a tune made here, in step with the halo, or this person's own sound, over and over. */
import { RING_PERIOD_S, type RingtoneName, type Tune, TUNES } from '../core/ringtones.ts';
import { readOwnSound } from '../sound-store.ts';

export interface Ringtone {
  /** @returns whether it can be heard: the browser lets it play. */
  readonly started: Promise<boolean>;
  stop(): void;
}

/** Rings until stopped. @param volume 0 to 1 */
export function ring(volume: number, name: RingtoneName): Ringtone {
  const context = new AudioContext();
  const loudness = context.createGain();
  loudness.gain.value = volume * 0.5;
  loudness.connect(context.destination);
  const life = new AbortController();
  if (name === 'own') void playOwn(context, loudness, life.signal);
  else playTune(context, loudness, TUNES[name], life.signal);
  return {
    started: context.resume().then(
      () => context.state === 'running',
      () => false,
    ),
    stop() {
      life.abort();
      void context.close();
    },
  };
}

/** A sound that is gone, or that this browser can't read any more, keeps nobody from being rung. */
async function playOwn(context: AudioContext, into: AudioNode, signal: AbortSignal): Promise<void> {
  try {
    const bytes = await readOwnSound();
    if (!bytes) throw new Error('no sound is kept');
    const sound = context.createBufferSource();
    sound.buffer = await context.decodeAudioData(bytes);
    sound.loop = true;
    sound.connect(into);
    if (!signal.aborted) sound.start();
  } catch {
    if (!signal.aborted) playTune(context, into, TUNES.birds, signal);
  }
}

function playTune(context: AudioContext, into: AudioNode, tune: Tune, signal: AbortSignal): void {
  let next = context.currentTime + 0.05;
  const schedule = (): void => {
    // Always a period ahead, so that a busy page makes no gap.
    while (next < context.currentTime + RING_PERIOD_S) {
      for (const note of tune.notes) play(context, into, tune, note.hz, next + note.at);
      next += RING_PERIOD_S;
    }
  };
  schedule();
  const timer = setInterval(schedule, 500);
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
}

function play(context: AudioContext, into: AudioNode, { wave, noteS }: Tune, hz: number, at: number): void {
  const note = context.createOscillator();
  const shape = context.createGain();
  note.type = wave;
  note.frequency.value = hz;
  shape.gain.setValueAtTime(0, at);
  shape.gain.linearRampToValueAtTime(1, at + 0.02);
  shape.gain.exponentialRampToValueAtTime(0.001, at + noteS);
  note.connect(shape).connect(into);
  note.start(at);
  note.stop(at + noteS);
}
