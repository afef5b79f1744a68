/** What the check-up makes of what it finds, and which files may ring. */
import { describe, expect, it } from 'vitest';
import {
  foundDirect,
  foundFault,
  foundTurn,
  foundVoice,
  judge,
  type Paths,
} from '../../extension/core/check-up.ts';
import { MAX_SOUND_BYTES, soundProblem } from '../../extension/core/ringtones.ts';

const paths = (more: Partial<Paths> = {}): Paths => ({
  direct: ['host', 'srflx'],
  hasStun: true,
  hasTurn: true,
  isRelayed: true,
  hidesAddress: false,
  ...more,
});

describe('the check-up', () => {
  it('has one next step for each red line', () => {
    const red = [
      foundFault('camera', 'blocked'),
      foundFault('microphone', 'missing'),
      foundFault('microphone', 'in-use'),
      foundVoice('Microphone', 0),
      { is: 'notifications-hidden' },
      { is: 'relay-silent' },
      foundDirect(paths({ direct: ['host'], isRelayed: false })),
      foundTurn(paths({ hasTurn: false, isRelayed: false, hidesAddress: true })),
    ] as const;
    for (const finding of red) {
      expect(judge(finding).how, finding.is).toBe('bad');
      expect(judge(finding).step, finding.is).not.toBeNull();
    }
  });

  it('calls a camera that is not there a pity, since a call needs none', () => {
    expect(judge(foundFault('camera', 'missing')).how).toBe('warn');
  });

  it('believes nobody but the person that a notification was seen', () => {
    expect(judge({ is: 'notifications-unsure' })).toEqual({ how: 'warn', step: 'answer-seen' });
  });

  it('calls a blocked straight path red only if calls can’t go through the relay either', () => {
    const blocked = paths({ direct: ['host'] });
    expect(judge(foundDirect(blocked)).how).toBe('warn');
    expect(judge(foundDirect({ ...blocked, isRelayed: false })).how).toBe('bad');
  });

  it('takes an address of this computer for a straight path only where no server could tell another', () => {
    expect(foundDirect(paths({ direct: ['host'], hasStun: false })).is).toBe('direct-fine');
    expect(foundDirect(paths({ direct: [], hasStun: false })).is).toBe('direct-blocked');
  });

  it('looks for no straight path of somebody who hides their address', () => {
    expect(foundDirect(paths({ hidesAddress: true, direct: [] })).is).toBe('direct-unused');
    expect(foundTurn(paths({ hasTurn: false, isRelayed: false })).is).toBe('turn-none');
    expect(foundTurn(paths({ isRelayed: false })).is).toBe('turn-blocked');
  });
});

describe('a file that is to ring', () => {
  it('may be five megabytes and a minute', () => {
    expect(soundProblem(MAX_SOUND_BYTES, 60)).toBeNull();
    expect(soundProblem(MAX_SOUND_BYTES + 1, 1)).toBe('too-big');
    expect(soundProblem(1000, 60.1)).toBe('too-long');
  });

  it('must be a sound', () => {
    expect(soundProblem(1000, null)).toBe('unreadable');
    expect(soundProblem(0, 0)).toBe('unreadable');
    expect(soundProblem(10, Number.NaN)).toBe('unreadable');
  });
});
