/** This person's camera and microphone while the welcome page shows them. The only place that asks for them. */
import { faultOf, type MediaProblem } from '../../core/media-problem.ts';
import type { CallKind } from '../../../relay/mail.ts';

/** Loudness at which the meter is full, as the root mean square of the samples. */
const FULL_RMS = 0.25;

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
  level = $state(0);
  #life = new AbortController();

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
      this.#listen(stream, signal);
    } catch (error) {
      const problem = await problemOf(error, kind);
      const final = problem.fault === 'blocked' && (await isDenied(problem.device));
      if (!signal.aborted) this.now = { state: 'denied', problem, final };
    }
  }

  /** Lets go of the devices: their lights go off. */
  turnOff(): void {
    this.#life.abort();
    this.level = 0;
    this.now = { state: 'before' };
  }

  #listen(stream: MediaStream, signal: AbortSignal): void {
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    context.createMediaStreamSource(stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const measure = () => {
      if (signal.aborted) return void context.close();
      analyser.getFloatTimeDomainData(samples);
      const rms = Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
      this.level = Math.min(1, Math.sqrt(rms / FULL_RMS));
      requestAnimationFrame(measure);
    };
    measure();
  }
}
