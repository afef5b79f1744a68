/** This person's camera and microphone while the welcome page shows them. The only place that asks for them. */
import { faultOf, type MediaProblem } from '../../core/media-problem.ts';
import { Level } from '../ui/level.svelte.ts';
import type { CallKind } from '../../../relay/mail.ts';

type Devices =
  | { state: 'before' }
  | { state: 'asking' }
  | { state: 'working'; stream: MediaStream; camera: string | null; microphone: string }
  | { state: 'denied'; problem: MediaProblem; final: boolean };

async function isDenied(name: 'camera' | 'microphone'): Promise<boolean> {
  return (await navigator.permissions.query({ name })).state === 'denied';
}

async function problemOf(error: unknown, kind: CallKind): Promise<MediaProblem> {
  const fault = faultOf(error instanceof DOMException ? error.name : '');
  const cameraIsFine =
    kind === 'audio' ||
    (fault === 'blocked' && (await isDenied('microphone')) && !(await isDenied('camera')));
  if (cameraIsFine) return { device: 'microphone', fault };
  if (fault !== 'missing') return { device: 'camera', fault };
  const devices = await navigator.mediaDevices.enumerateDevices();
  return { device: devices.some((device) => device.kind === 'audioinput') ? 'camera' : 'microphone', fault };
}

export class OwnDevices {
  now = $state.raw<Devices>({ state: 'before' });
  readonly #level = new Level();
  #life = new AbortController();

  /** How loud the microphone is, 0 to 1. */
  get level(): number {
    return this.#level.value;
  }

  async turnOn(kind: CallKind): Promise<void> {
    this.turnOff();
    const { signal } = (this.#life = new AbortController());
    this.now = { state: 'asking' };
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: kind === 'video' });
      const stop = () => stream.getTracks().forEach((track) => track.stop());
      if (signal.aborted) return stop();
      signal.addEventListener('abort', stop, { once: true });
      const camera = stream.getVideoTracks()[0]?.label ?? null;
      this.now = { state: 'working', stream, camera, microphone: stream.getAudioTracks()[0]?.label ?? '' };
      const [microphone] = stream.getAudioTracks();
      if (microphone) this.#level.listen(microphone, signal);
    } catch (error) {
      const problem = await problemOf(error, kind);
      const final = problem.fault === 'blocked' && (await isDenied(problem.device));
      if (!signal.aborted) this.now = { state: 'denied', problem, final };
    }
  }

  /** Lets go of the devices: their lights go off. */
  turnOff(): void {
    this.#life.abort();
    this.now = { state: 'before' };
  }
}
