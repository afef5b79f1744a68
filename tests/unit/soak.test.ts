import { describe, expect, it } from 'vitest';
import { HEALTHY_RING_MS, judge, type Observed, PRESENCE_MS } from '../soak/verdict.ts';

const cut: Observed = {
  shownAt: null,
  told: 'reaching',
  toldAt: 100_000,
  healthySince: null,
  agreed: true,
  missed: true,
};

describe('the verdict on a ring of the soak', () => {
  it('is that it rang once the desktop showed it, whatever the caller had heard by then', () => {
    expect(judge({ ...cut, shownAt: 99_000 })).toEqual({ is: 'rang' });
    expect(judge({ ...cut, shownAt: 99_000, told: 'ringing' })).toEqual({ is: 'rang' });
  });

  it('is that it was explained where the way was cut, the caller heard so, and it was missed later', () => {
    expect(judge(cut)).toEqual({ is: 'explained' });
    expect(judge({ ...cut, told: 'offline' })).toEqual({ is: 'explained' });
  });

  it('is the same for one that went down with the browser it was dialled in, however well the links do since', () => {
    const gone = { ...cut, told: 'gone', healthySince: 1 } as const;
    expect(judge(gone)).toEqual({ is: 'explained' });
    expect(judge({ ...gone, missed: false }).is).toBe('unexplained');
  });

  it.each<[string, Partial<Observed>]>([
    ['a ring that is said to ring and does not', { told: 'ringing' }],
    ['"offline" of somebody who is there', { told: 'offline', healthySince: 100_000 - PRESENCE_MS - 1 }],
    ['silence over two links that stand', { healthySince: 100_000 - HEALTHY_RING_MS - 1 }],
    ['a ring that nobody hears of later', { missed: false }],
    ['a ring that ended for no reason that a fault gives', { told: 'other' }],
    ['two sides that differ on whether it is over', { shownAt: 99_000, agreed: false }],
  ])('finds %s unexplained', (_, seen) => {
    expect(judge({ ...cut, ...seen }).is).toBe('unexplained');
  });
});
