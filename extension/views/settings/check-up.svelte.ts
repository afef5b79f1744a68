/** Runs the check-up: opens each device, shows a notification, asks the relay, and looks for both paths. */
import type { IceServer } from '../../../relay/protocol.ts';
import {
  type CheckLine,
  type Finding,
  foundDirect,
  foundFault,
  foundTurn,
  foundVoice,
  type Paths,
} from '../../core/check-up.ts';
import { faultOf, type MediaDevice } from '../../core/media-problem.ts';
import { send } from '../../messages.ts';
import { people } from '../ui/people.svelte.ts';
import { checkRelay } from '../ui/relay-check.ts';
import { settingsWords } from '../ui/settings-words.ts';

export const LINES: readonly CheckLine[] = [
  'camera',
  'microphone',
  'notifications',
  'relay',
  'direct',
  'turn',
];
const NOTIFICATION = 'check-up';
const LISTEN_MS = 2500;
const GATHER_MS = 4000;

export class CheckUp {
  /** What was found so far; null while it is being tried. */
  found = $state.raw<Partial<Record<CheckLine, Finding | null>>>({});
  #life = new AbortController();

  get isRunning(): boolean {
    return Object.values(this.found).includes(null);
  }

  run(): void {
    this.close();
    const { signal } = (this.#life = new AbortController());
    this.found = Object.fromEntries(LINES.map((line) => [line, null]));
    const note = (line: CheckLine, finding: Finding): void => {
      if (!signal.aborted) this.found = { ...this.found, [line]: finding };
    };
    void tryCamera().then((finding) => note('camera', finding));
    void tryMicrophone(signal).then((finding) => note('microphone', finding));
    void tryNotification().then((finding) => note('notifications', finding));
    void checkRelay(people.profile.relay, signal).then((ms) =>
      note('relay', ms === null ? { is: 'relay-silent' } : { is: 'relay-fine', ms: Math.round(ms) }),
    );
    void tryPaths().then((paths) => {
      note('direct', foundDirect(paths));
      note('turn', foundTurn(paths));
    });
  }

  /** The person says whether the notification was to be seen: only they can know. */
  answer(isSeen: boolean): void {
    void chrome.notifications.clear(NOTIFICATION);
    const finding = { is: isSeen ? 'notifications-fine' : 'notifications-hidden' } as const;
    this.found = { ...this.found, notifications: finding };
  }

  close(): void {
    this.#life.abort();
  }
}

async function open(device: MediaDevice): Promise<MediaStreamTrack | Finding> {
  const { camera, microphone } = people.settings.devices;
  const wish = device === 'camera' ? camera : microphone;
  const wanted = wish ? { deviceId: { ideal: wish.id } } : true;
  const size = { width: { ideal: 1280 }, height: { ideal: 720 } };
  try {
    const { state } = await navigator.permissions.query({ name: device });
    // Only a page that says why may ask.
    if (state === 'prompt') return foundFault(device, 'unasked');
    const stream = await navigator.mediaDevices.getUserMedia(
      device === 'camera'
        ? { video: wish ? { deviceId: { ideal: wish.id }, ...size } : size }
        : { audio: wanted },
    );
    return stream.getTracks()[0] ?? foundFault(device, 'missing');
  } catch (error) {
    return foundFault(device, faultOf(error instanceof DOMException ? error.name : ''));
  }
}

async function tryCamera(): Promise<Finding> {
  const camera = await open('camera');
  if ('is' in camera) return camera;
  const height = camera.getSettings().height ?? 0;
  camera.stop();
  return { is: 'camera-fine', label: camera.label, height };
}

async function tryMicrophone(signal: AbortSignal): Promise<Finding> {
  const microphone = await open('microphone');
  if ('is' in microphone) return microphone;
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  context.createMediaStreamSource(new MediaStream([microphone])).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  let loudest = 0;
  const until = performance.now() + LISTEN_MS;
  while (performance.now() < until && loudest < 0.01 && !signal.aborted) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    loudest = Math.max(loudest, Math.sqrt(power));
  }
  microphone.stop();
  await context.close();
  return foundVoice(microphone.label, loudest);
}

async function tryNotification(): Promise<Finding> {
  const level = await chrome.notifications.getPermissionLevel();
  if (level !== 'granted') return { is: 'notifications-hidden' };
  const shown = await chrome.notifications
    .create(NOTIFICATION, {
      type: 'basic',
      iconUrl: chrome.runtime.getURL('extension/icons/icon-128.png'),
      title: settingsWords.checkUp.notificationTitle,
      message: settingsWords.checkUp.notificationBody,
      silent: true,
    })
    .catch(() => null);
  return { is: shown === null ? 'notifications-hidden' : 'notifications-unsure' };
}

async function tryPaths(): Promise<Paths> {
  const { iceServers: stun } = await send('background', 'ice.get', {}).catch(() => ({ iceServers: [] }));
  const { iceServers: turn } = await send('background', 'turn.get', {}).catch(() => ({ iceServers: [] }));
  const [direct, relayed] = await Promise.all([gather(stun, 'all'), gather(turn, 'relay')]);
  return {
    direct,
    hasStun: stun.length > 0,
    hasTurn: turn.length > 0,
    isRelayed: relayed.includes('relay'),
    hidesAddress: people.settings.hideAddress,
  };
}

/** @returns the kinds of candidates that come within a while. None is sent to anybody. */
async function gather(servers: readonly IceServer[], policy: RTCIceTransportPolicy): Promise<string[]> {
  if (policy === 'relay' && servers.length === 0) return [];
  const iceServers = servers.map(({ urls, username = '', credential = '' }) => ({
    urls,
    username,
    credential,
  }));
  const pc = new RTCPeerConnection({ iceTransportPolicy: policy, iceServers });
  const kinds: string[] = [];
  const done = new Promise<void>((resolve) => {
    pc.addEventListener('icecandidate', ({ candidate }) => {
      if (candidate?.type) kinds.push(candidate.type);
      // The first of the kind that is looked for is enough.
      if (!candidate || candidate.type === 'srflx' || candidate.type === 'relay') resolve();
    });
    setTimeout(resolve, GATHER_MS);
  });
  pc.createDataChannel('check-up');
  await pc.setLocalDescription();
  await done;
  pc.close();
  return kinds;
}
