/** A test call with oneself: camera and microphone as chosen, and five seconds of them to look at. Nothing leaves the page. */
import type { DeviceSettings } from '../../core/device-choice.ts';
import { faultOf, type MediaProblem } from '../../core/media-problem.ts';
import { Level } from '../ui/level.svelte.ts';

const RECORD_MS = 5000;

type State =
  | { state: 'off' }
  | { state: 'live' | 'recording'; stream: MediaStream }
  | { state: 'playing'; stream: MediaStream; url: string }
  | { state: 'trouble'; problem: MediaProblem };

const only = (wish: DeviceSettings['camera']): MediaTrackConstraints =>
  wish ? { deviceId: { ideal: wish.id } } : {};

export class TestCall {
  now = $state.raw<State>({ state: 'off' });
  readonly level = new Level();
  #life = new AbortController();

  /** Opens what is chosen, in place of what was. */
  async open(settings: DeviceSettings): Promise<void> {
    this.close();
    const { signal } = (this.#life = new AbortController());
    const { noiseSuppression, echoCancellation, autoGainControl } = settings;
    const audio = { ...only(settings.microphone), noiseSuppression, echoCancellation, autoGainControl };
    const stream = new MediaStream();
    for (const [device, wanted] of [
      ['microphone', { audio }],
      ['camera', { video: { ...only(settings.camera), width: { ideal: 1280 }, height: { ideal: 720 } } }],
    ] as const) {
      try {
        const [track] = (await navigator.mediaDevices.getUserMedia(wanted)).getTracks();
        if (!track) continue;
        if (signal.aborted) return track.stop();
        signal.addEventListener('abort', () => track.stop(), { once: true });
        stream.addTrack(track);
      } catch (error) {
        if (signal.aborted) return;
        // Without a camera one is still heard.
        const fault = faultOf(error instanceof DOMException ? error.name : '');
        if (device === 'camera' && fault === 'missing') continue;
        this.close();
        this.now = { state: 'trouble', problem: { device, fault } };
        return;
      }
    }
    this.now = { state: 'live', stream };
    const [microphone] = stream.getAudioTracks();
    if (microphone) this.level.listen(microphone, signal);
  }

  /** Records, and plays what was recorded. */
  record(): void {
    if (this.now.state !== 'live') return;
    const { stream } = this.now;
    const { signal } = this.#life;
    const parts: Blob[] = [];
    const recorder = new MediaRecorder(stream);
    recorder.addEventListener('dataavailable', ({ data }) => parts.push(data));
    recorder.addEventListener('stop', () => {
      if (signal.aborted) return;
      const url = URL.createObjectURL(new Blob(parts, { type: recorder.mimeType }));
      signal.addEventListener('abort', () => URL.revokeObjectURL(url), { once: true });
      this.now = { state: 'playing', stream, url };
    });
    recorder.start();
    this.now = { state: 'recording', stream };
    const timer = setTimeout(() => recorder.stop(), RECORD_MS);
    signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  }

  /** The recording has been seen. */
  watched(): void {
    if (this.now.state !== 'playing') return;
    URL.revokeObjectURL(this.now.url);
    this.now = { state: 'live', stream: this.now.stream };
  }

  /** Lets go of the devices: their lights go off. */
  close(): void {
    this.#life.abort();
    this.now = { state: 'off' };
  }
}
