import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CallHold } from '../../extension/call/call-hold.ts';
import { QualityWatch } from '../../extension/call/quality-watch.ts';
import type { Stat } from '../../extension/core/call-stats.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A connection on which half of what comes gets lost from some moment on. */
function watched() {
  const line = { looks: 0, isLossy: false, received: 0, lost: 0 };
  const told: string[] = [];
  const stats = (): Promise<Stat[]> => {
    line.looks++;
    line.received += 100;
    if (line.isLossy) line.lost += 100;
    const { received: packetsReceived, lost: packetsLost } = line;
    return Promise.resolve([{ id: 'I', type: 'inbound-rtp', kind: 'audio', packetsReceived, packetsLost }]);
  };
  const changed = vi.fn();
  const watch = new QualityWatch({ stats, tell: (level) => told.push(level), changed });
  return { line, told, watch, changed };
}

describe('watching the quality of a call', () => {
  it('looks every two seconds while people talk, and not in the first one after Answer', async () => {
    const { line, watch } = watched();
    watch.update(true);
    await vi.advanceTimersByTimeAsync(1999);
    expect(line.looks).toBe(0);
    expect(watch.snapshot).toBeNull();
    await vi.advanceTimersByTimeAsync(1);
    expect(line.looks).toBe(1);
    expect(watch.snapshot).toEqual({ level: 'good', weak: null });
    await vi.advanceTimersByTimeAsync(8000);
    expect(line.looks).toBe(5);
    watch.update(false);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(line.looks).toBe(5);
    expect(watch.snapshot).toBeNull();
  });

  it('comes to "weak" within three looks of a lossy line, and says whose it is', async () => {
    const { line, told, watch } = watched();
    watch.update(true);
    await vi.advanceTimersByTimeAsync(2000);
    line.isLossy = true;
    await vi.advanceTimersByTimeAsync(4000);
    expect(watch.snapshot).toEqual({ level: 'weak', weak: 'theirs' });
    expect(new Set(told)).toEqual(new Set(['good']));
  });

  it('believes what the other side says of its own sending', async () => {
    const { watch, changed } = watched();
    watch.update(true);
    await vi.advanceTimersByTimeAsync(2000);
    changed.mockClear();
    watch.hear('weak');
    watch.hear('weak');
    expect(changed).toHaveBeenCalledTimes(1);
    expect(watch.snapshot).toEqual({ level: 'weak', weak: 'theirs' });
  });

  it('forgets a look that comes back after the end', async () => {
    const { watch, changed } = watched();
    watch.update(true);
    vi.advanceTimersByTime(2000);
    watch.update(false);
    await vi.advanceTimersByTimeAsync(0);
    expect(changed).not.toHaveBeenCalled();
  });
});

describe('hold, in one call', () => {
  it('is silent while either side wants it, and tells only its own doing', () => {
    const told: boolean[] = [];
    const changed = vi.fn();
    const hold = new CallHold({ tell: (on) => told.push(on), changed });
    expect([hold.snapshot, hold.isSilent]).toEqual(['none', false]);
    hold.update(true);
    hold.update(true);
    hold.hear(true);
    expect([hold.snapshot, hold.isSilent, hold.isMine]).toEqual(['both', true, true]);
    hold.update(false);
    expect([hold.snapshot, hold.isSilent, hold.isMine]).toEqual(['theirs', true, false]);
    hold.hear(false);
    hold.hear(false);
    expect([hold.snapshot, hold.isSilent]).toEqual(['none', false]);
    expect(told).toEqual([true, false]);
    expect(changed).toHaveBeenCalledTimes(4);
  });
});
