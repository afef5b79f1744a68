/**
 * This person's camera and microphone in one call: opens, mutes, swaps and closes them, shows what they are, and puts them into
 * the transport once both have said yes; until then, and until the camera has opened, nothing but a placeholder leaves. A device
 * that is unplugged is followed by the next.
 */
import { canBlur } from '../core/blur.ts';
import type { DeviceNews, FoundDevice } from '../core/device-choice.ts';
import type { MediaDevice } from '../core/media-problem.ts';
import type { VoiceHint } from '../core/voice-hint.ts';
import type { DeviceState } from './call-host.ts';
import type { CallTransport } from './call-transport.ts';
import type { DeviceShelf } from './device-shelf.ts';
import { DeviceError, keepDevicesAwake, openDevice } from './devices.ts';
import { createPlaceholder } from './placeholder.ts';
import { VoiceWatch } from './voice-watch.ts';

/** What devices ask of the call they are in. */
export interface DevicesCall {
  /** Whether both have said yes, and it goes on. */
  isTalking(): boolean;
  isOver(): boolean;
  /** There is no voice, before anybody was talked to. */
  voiceless(): void;
  changed(): void;
}

type Line = Pick<CallTransport, 'setTrack' | 'warmUp' | 'keepTold'>;

const TRACK_OF = { microphone: 'audio', camera: 'video' } as const;

export class OwnDevices {
  /** Its tracks come and go. */
  readonly stream = new MediaStream();
  readonly #line: Line;
  readonly #shelf: DeviceShelf;
  readonly #call: DevicesCall;
  readonly #states: Record<MediaDevice, DeviceState> = {
    microphone: { on: true, problem: null },
    camera: { on: false, problem: null },
  };
  readonly #opening = new Set<MediaDevice>();
  /** How what is open was wanted. */
  readonly #wanted = new Map<MediaDevice, string>();
  readonly #voice: VoiceWatch;
  readonly #leaveShelf: () => void;
  #news: DeviceNews | null = null;
  #placeholder = createPlaceholder();
  #letSleep: () => void = () => undefined;
  #isSilent = false;
  #isCameraAway = false;

  constructor(line: Line, shelf: DeviceShelf, call: DevicesCall) {
    this.#line = line;
    this.#shelf = shelf;
    this.#call = call;
    this.#voice = new VoiceWatch(() => call.changed());
    this.#leaveShelf = shelf.subscribe({
      onChoice: () => this.#match(),
      onPlugs: (left, came) => this.#hearPlugs(left, came),
    });
    if (this.#placeholder) line.warmUp(this.#placeholder.track);
    this.#tell();
  }

  /** As they are now; a new object for each after every change. */
  get states(): Readonly<Record<MediaDevice, DeviceState>> {
    return this.#states;
  }

  get voice(): VoiceHint {
    return this.#voice.hint;
  }

  /** What came or went last, and was not yet taken note of. */
  get news(): DeviceNews | null {
    return this.#news;
  }

  dismissNews(): void {
    this.#tellNews(null);
  }

  /** They will be wanted: they open faster, and no light goes on. */
  keepReady(): void {
    this.#letSleep = keepDevicesAwake();
  }

  openAll(withCamera: boolean): void {
    const isSeen = withCamera && !this.#shelf.settings.cameraOff;
    this.#states.camera = { on: isSeen, problem: null };
    void this.#open('microphone');
    if (isSeen) void this.#open('camera');
  }

  setMicrophone(on: boolean): void {
    this.#states.microphone = { ...this.#states.microphone, on };
    for (const track of this.stream.getAudioTracks()) track.enabled = on;
    this.#voice.setOn(on);
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
    this.#leaveShelf();
    this.#closePlaceholder();
    this.#removeTracks('microphone');
    this.#removeTracks('camera');
  }

  /** @param instead opens this in place of what is wanted */
  async #open(device: MediaDevice, instead?: MediaTrackConstraints): Promise<void> {
    if (this.#opening.has(device)) return;
    this.#opening.add(device);
    const wanted = this.#shelf.wanted(device);
    this.#wanted.set(device, JSON.stringify(wanted));
    try {
      const track = await openDevice(device, instead ?? wanted);
      this.#opening.delete(device);
      if (this.#call.isOver() || (device === 'camera' && !this.#isCameraWanted)) track.stop();
      else this.#add(device, track);
    } catch (error) {
      this.#opening.delete(device);
      // What was to be swapped goes on.
      if (!this.#has(device)) this.#refuse(device, error);
      else this.#news = { what: 'refused', kind: device, label: this.#shelf.settings[device]?.label ?? '' };
    }
    if (this.#call.isTalking()) this.#putIn();
    this.#call.changed();
    // They may have chosen again meanwhile.
    if (this.#has(device)) this.#match();
  }

  get #isCameraWanted(): boolean {
    return this.#states.camera.on && !this.#isCameraAway;
  }

  #add(device: MediaDevice, track: MediaStreamTrack): void {
    this.#removeTracks(device);
    this.#states[device] = { ...this.#states[device], problem: null };
    track.enabled = this.#states[device].on;
    track.addEventListener('ended', () => {
      if (this.stream.getTracks().includes(track)) void this.#replace(device, track);
    });
    this.stream.addTrack(track);
    if (device === 'microphone') this.#voice.attach(track);
    else this.#blur(track);
    this.#tell();
  }

  /** What is open becomes what this person wants: another device takes the sender's place, and nothing is negotiated. */
  #match(): void {
    for (const device of ['microphone', 'camera'] as const) {
      if (!this.#has(device) || this.#call.isOver()) continue;
      const wanted = JSON.stringify(this.#shelf.wanted(device));
      if (this.#wanted.get(device) !== wanted) void this.#open(device);
    }
    for (const track of this.stream.getVideoTracks()) this.#blur(track);
  }

  /** Where the platform can (Media Capture and Streams Extensions, background blur). */
  #blur(camera: MediaStreamTrack): void {
    if (!canBlur(camera)) return;
    const backgroundBlur = this.#shelf.settings.blur;
    camera.applyConstraints({ ...camera.getConstraints(), ...{ backgroundBlur } }).catch(() => undefined);
  }

  /** A device has left. Turned off meanwhile, nothing takes its place. */
  async #replace(device: MediaDevice, gone: MediaStreamTrack): Promise<void> {
    this.#removeTracks(device);
    const id = gone.getSettings().deviceId ?? '';
    const next = await this.#shelf.successor(device, id).catch(() => null);
    if (this.#call.isOver() || (device === 'camera' && !this.#states.camera.on)) return;
    if (next) await this.#open(device, next.wanted);
    else this.#refuse(device, new DeviceError(device, 'missing'));
    if (next && this.#has(device))
      this.#tellNews({ what: 'gone', kind: device, label: gone.label, now: next.found.label });
    if (!next && this.#call.isTalking()) this.#putIn();
    this.#call.changed();
  }

  #hearPlugs(left: readonly FoundDevice[], came: readonly FoundDevice[]): void {
    const speaker = left.find(
      ({ kind, id }) => kind === 'speaker' && id === this.#shelf.settings.speaker?.id,
    );
    const [first] = came;
    if (speaker) this.#tellNews({ what: 'gone', kind: 'speaker', label: speaker.label, now: null });
    else if (first) this.#tellNews({ what: 'new', label: first.label, devices: came });
    else if (this.#news?.what === 'new' && left.some(({ label }) => label === this.#news?.label))
      this.#tellNews(null);
  }

  #tellNews(news: DeviceNews | null): void {
    this.#news = news;
    this.#call.changed();
  }

  #has(device: MediaDevice): boolean {
    return this.stream.getTracks().some(({ kind }) => kind === TRACK_OF[device]);
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
    if (device === 'microphone') this.#voice.close();
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
