/**
 * This person's camera and microphone in one call: opens, mutes and closes them, shows what they are, and puts them into the
 * transport once both have said yes; until then, and until the camera has opened, nothing but a placeholder leaves.
 */
import type { MediaDevice } from '../core/media-problem.ts';
import type { DeviceState } from './call-host.ts';
import type { CallTransport } from './call-transport.ts';
import { DeviceError, keepDevicesAwake, openDevice } from './devices.ts';
import { createPlaceholder } from './placeholder.ts';

/** What devices ask of the call they are in. */
export interface DevicesCall {
  /** Whether both have said yes, and it goes on. */
  isTalking(): boolean;
  isOver(): boolean;
  /** There is no voice, before anybody was talked to. */
  voiceless(): void;
  changed(): void;
}

const TRACK_OF = { microphone: 'audio', camera: 'video' } as const;

export class OwnDevices {
  /** Its tracks come and go. */
  readonly stream = new MediaStream();
  readonly #line: Pick<CallTransport, 'setTrack' | 'warmUp' | 'keepTold'>;
  readonly #call: DevicesCall;
  readonly #states: Record<MediaDevice, DeviceState> = {
    microphone: { on: true, problem: null },
    camera: { on: false, problem: null },
  };
  readonly #opening = new Set<MediaDevice>();
  #placeholder = createPlaceholder();
  #letSleep: () => void = () => undefined;
  #isSilent = false;
  #isCameraAway = false;

  constructor(line: Pick<CallTransport, 'setTrack' | 'warmUp' | 'keepTold'>, call: DevicesCall) {
    this.#line = line;
    this.#call = call;
    if (this.#placeholder) line.warmUp(this.#placeholder.track);
    this.#tell();
  }

  /** As they are now; a new object for each after every change. */
  get states(): Readonly<Record<MediaDevice, DeviceState>> {
    return this.#states;
  }

  /** They will be wanted: they open faster, and no light goes on. */
  keepReady(): void {
    this.#letSleep = keepDevicesAwake();
  }

  openAll(withCamera: boolean): void {
    this.#states.camera = { on: withCamera, problem: null };
    void this.#open('microphone');
    if (withCamera) void this.#open('camera');
  }

  setMicrophone(on: boolean): void {
    this.#states.microphone = { ...this.#states.microphone, on };
    for (const track of this.stream.getAudioTracks()) track.enabled = on;
    this.#tell();
    this.#call.changed();
  }

  /** Off means closed: the light goes out, and nothing is sent. */
  setCamera(on: boolean): void {
    this.#states.camera = { on, problem: null };
    if (!on) this.#closeDevice('camera');
    else if (!this.#isCameraAway) void this.#open('camera');
    this.#tell();
    this.#call.changed();
  }

  /**
   * On hold nothing leaves. What is on and what is off stays as it was.
   * @param isSilent whether the call is on hold, by either side
   * @param isCameraAway whether this person wants nobody here to see them: then the camera is closed meanwhile
   */
  hold(isSilent: boolean, isCameraAway: boolean): void {
    this.#isSilent = isSilent;
    this.#isCameraAway = isCameraAway;
    if (isCameraAway) this.#removeTracks('camera');
    else if (this.#states.camera.on && this.stream.getVideoTracks().length === 0) void this.#open('camera');
    if (this.#call.isTalking()) this.#putIn();
  }

  /** Tries again what had a problem. */
  retry(): void {
    if (this.#states.microphone.problem) void this.#open('microphone');
    if (this.#states.camera.problem) this.setCamera(true);
  }

  /** Both have said yes: from now on the other side sees and hears. */
  send(): void {
    this.#letSleep();
    this.#putIn();
    this.#tell();
  }

  /** The call is over, and every light goes out. */
  close(): void {
    this.#letSleep();
    this.#closePlaceholder();
    this.#removeTracks('microphone');
    this.#removeTracks('camera');
  }

  async #open(device: MediaDevice): Promise<void> {
    if (this.#opening.has(device)) return;
    this.#opening.add(device);
    try {
      const track = await openDevice(device);
      this.#opening.delete(device);
      if (this.#call.isOver() || (device === 'camera' && !this.#isCameraWanted)) track.stop();
      else this.#add(device, track);
    } catch (error) {
      this.#opening.delete(device);
      this.#refuse(device, error);
    }
    if (this.#call.isTalking()) this.#putIn();
    this.#call.changed();
  }

  get #isCameraWanted(): boolean {
    return this.#states.camera.on && !this.#isCameraAway;
  }

  #add(device: MediaDevice, track: MediaStreamTrack): void {
    this.#removeTracks(device);
    this.#states[device] = { ...this.#states[device], problem: null };
    track.enabled = this.#states[device].on;
    track.addEventListener('ended', () => {
      if (!this.stream.getTracks().includes(track)) return;
      this.#closeDevice(device);
      this.#refuse(device, new DeviceError(device, 'missing'));
      this.#call.changed();
    });
    this.stream.addTrack(track);
    this.#tell();
  }

  #refuse(device: MediaDevice, error: unknown): void {
    if (this.#call.isOver()) return;
    const problem = error instanceof DeviceError ? error.problem : { device, fault: 'in-use' as const };
    this.#states[device] = { on: false, problem };
    this.#tell();
    // A call without a picture is a call; without a voice it is none yet, so nobody is kept ringing for it.
    if (device === 'microphone' && !this.#call.isTalking()) this.#call.voiceless();
  }

  #putIn(): void {
    if (this.#isSilent) {
      this.#line.setTrack('audio', null);
      this.#line.setTrack('video', null);
      return this.#closePlaceholder();
    }
    const [microphone] = this.stream.getAudioTracks();
    const [camera] = this.stream.getVideoTracks();
    this.#line.setTrack('audio', microphone ?? null);
    if (!camera && this.#opening.has('camera')) return;
    this.#line.setTrack('video', camera ?? null);
    this.#closePlaceholder();
  }

  #closePlaceholder(): void {
    this.#placeholder?.close();
    this.#placeholder = null;
  }

  #closeDevice(device: MediaDevice): void {
    this.#removeTracks(device);
    if (this.#call.isTalking()) this.#putIn();
  }

  #removeTracks(device: MediaDevice): void {
    for (const track of this.stream.getTracks()) {
      if (track.kind !== TRACK_OF[device]) continue;
      this.stream.removeTrack(track);
      track.stop();
    }
  }

  #tell(): void {
    const { microphone, camera } = this.#states;
    this.#line.keepTold({ type: 'media', microphone: microphone.on, camera: camera.on });
  }
}
