/** Which device is used next, and what a person is told of their own voice. */
import { describe, expect, it } from 'vitest';
import {
  chosenDevice,
  DEFAULT_DEVICES,
  type FoundDevice,
  nextDevice,
  pluggedIn,
  readDevices,
} from '../../extension/core/device-choice.ts';
import { hearVoice, NO_VOICE, type Voice } from '../../extension/core/voice-hint.ts';

const device = (
  kind: FoundDevice['kind'],
  id: string,
  label = `the ${kind} ${id}`,
  group = '',
): FoundDevice => ({
  kind,
  id,
  label,
  group,
});
const inside = device('microphone', 'inside', 'Built-in microphone');
const usb = device('microphone', 'usb', 'USB microphone');
const chose = (id: string, label: string) => ({ ...DEFAULT_DEVICES, microphone: { id, label } });

describe('the list of devices', () => {
  it('has each device once, without the browser’s own names for its choice and without numbers of USB', () => {
    const listed = [
      { kind: 'audioinput', deviceId: 'default', label: 'Default', groupId: 'a' },
      { kind: 'audioinput', deviceId: 'usb', label: 'USB microphone (046d:0825)', groupId: 'a' },
      { kind: 'audiooutput', deviceId: 'communications', label: 'Communications', groupId: 'b' },
      { kind: 'videoinput', deviceId: 'cam', label: 'Camera', groupId: 'c' },
      { kind: 'somethingelse', deviceId: 'x', label: 'X', groupId: 'd' },
    ];
    expect(readDevices(listed)).toEqual([
      { kind: 'microphone', id: 'usb', label: 'USB microphone', group: 'a' },
      { kind: 'camera', id: 'cam', label: 'Camera', group: 'c' },
    ]);
  });

  it('has nothing in it before anything was allowed', () => {
    expect(readDevices([{ kind: 'audioinput', deviceId: '', label: '', groupId: '' }])).toEqual([]);
  });
});

describe('the chosen device', () => {
  it('is found by its id, and by its label once the browser has given it another id', () => {
    expect(chosenDevice(chose('usb', 'another name'), [inside, usb], 'microphone')).toBe(usb);
    expect(chosenDevice(chose('forgotten', 'USB microphone'), [inside, usb], 'microphone')).toBe(usb);
  });

  it('is what the computer uses when nothing was chosen or it is not there', () => {
    expect(chosenDevice(DEFAULT_DEVICES, [inside, usb], 'microphone')).toBeNull();
    expect(chosenDevice(chose('usb', 'USB microphone'), [inside], 'microphone')).toBeNull();
  });

  it('is never one of another kind', () => {
    expect(chosenDevice(chose('usb', ''), [device('speaker', 'usb')], 'microphone')).toBeNull();
  });
});

describe('when a device is unplugged', () => {
  it('the chosen one comes next, else the first that is left', () => {
    const third = device('microphone', 'third');
    const found = [inside, usb, third];
    expect(nextDevice(chose('third', ''), found, 'microphone', 'usb')).toBe(third);
    expect(nextDevice(DEFAULT_DEVICES, found, 'microphone', 'inside')).toBe(usb);
  });

  it('it is not its own successor, although the browser may still list it', () => {
    expect(nextDevice(chose('usb', 'USB microphone'), [usb, inside], 'microphone', 'usb')).toBe(inside);
    expect(nextDevice(DEFAULT_DEVICES, [usb], 'microphone', 'usb')).toBeNull();
  });
});

describe('when a device is plugged in', () => {
  it('it is offered with all that belongs to it, and nothing else is', () => {
    const mic = device('microphone', 'hm', 'Headset', 'h');
    const ears = device('speaker', 'hs', 'Headset', 'h');
    const camera = device('camera', 'c', 'Camera', 'x');
    expect(pluggedIn([inside], [inside, mic, ears, camera])).toEqual([mic, ears]);
  });

  it('nothing is offered for one that left, or has no name yet', () => {
    expect(pluggedIn([inside, usb], [inside])).toEqual([]);
    expect(pluggedIn([], [device('camera', 'c', '')])).toEqual([]);
  });
});

describe('what a voice says', () => {
  const STEP_MS = 200;
  const hear = (voice: Voice, rms: number, steps: number, on: boolean): Voice =>
    Array.from({ length: steps }).reduce<Voice>((now) => hearVoice(now, rms, STEP_MS, on), voice);

  it('somebody who speaks while muted is told so, a cough is not', () => {
    expect(hear(NO_VOICE, 0.1, 1, false).hint).toBeNull();
    expect(hear(NO_VOICE, 0.1, 4, false).hint).toBe('muted');
    expect(hear(NO_VOICE, 0.005, 50, false).hint).toBeNull();
  });

  it('a rhythm of words and pauses is speech', () => {
    let voice = NO_VOICE;
    for (let word = 0; word < 4; word += 1) voice = hear(hear(voice, 0.1, 2, false), 0.001, 1, false);
    expect(voice.hint).toBe('muted');
  });

  it('the words stay through a pause, and go with the silence or when unmuted', () => {
    const told = hear(NO_VOICE, 0.1, 4, false);
    expect(hear(told, 0, 5, false).hint).toBe('muted');
    expect(hear(told, 0, 20, false).hint).toBeNull();
    expect(hear(told, 0.1, 1, true).hint).toBeNull();
  });

  it('a microphone that never gives a sound is called silent, and one sound takes that back for good', () => {
    const silent = hear(NO_VOICE, 0, 60, true);
    expect(hear(NO_VOICE, 0, 59, true).hint).toBeNull();
    expect(silent.hint).toBe('silent');
    expect(hear(hear(silent, 0.01, 1, true), 0, 500, true).hint).toBeNull();
  });

  it('a listener in a quiet room is not silent, and time spent muted does not count', () => {
    expect(hear(NO_VOICE, 0.0005, 500, true).hint).toBeNull();
    expect(hear(hear(NO_VOICE, 0, 500, false), 0, 10, true).hint).toBeNull();
  });
});
