import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultLimits } from '../../relay/config.ts';
import { KeyedBuckets, LinkBudget } from '../../relay/limits.ts';

test('however mails are spread over time, no more pass than the burst and the rate allow', () => {
  const limits = { ...defaultLimits(), mailBurst: 10, mailsPerSecond: 5 };
  const gaps = fc.array(fc.nat(400), { minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(gaps, (gapsMs) => {
      const budget = new LinkBudget(limits, 0);
      let now = 0;
      let passed = 0;
      for (const gap of gapsMs) {
        now += gap;
        const verdict = budget.spendMail(1, now);
        if (verdict === 'too-fast') return;
        if (verdict === 'within') passed += 1;
        expect(passed).toBeLessThanOrEqual(10 + (5 * now) / 1000 + 1e-6);
      }
    }),
  );
});

test('a link that keeps to its rate is never refused, and one between once and twice of it is never ended', () => {
  const limits = { ...defaultLimits(), mailBurst: 10, mailsPerSecond: 5 };
  const steady = new LinkBudget(limits, 0);
  const hasty = new LinkBudget(limits, 0);
  const hastyVerdicts = new Set<string>();
  for (let i = 1; i <= 1000; i++) {
    expect(steady.spendMail(1, i * 200)).toBe('within');
    hastyVerdicts.add(hasty.spendMail(1, i * 120));
  }
  expect(hastyVerdicts).toEqual(new Set(['within', 'rate']));
});

test('a clock that steps back gives nothing and takes nothing', () => {
  const budget = new LinkBudget({ ...defaultLimits(), mailBurst: 1 }, 1000);
  expect(budget.spendMail(1, 1000)).toBe('within');
  expect(budget.spendMail(1, 0)).toBe('rate');
});

test('the buckets of sources that are quiet again are forgotten, the others are not', () => {
  const buckets = new KeyedBuckets(1, 5);
  for (let i = 0; i < 1000; i++) buckets.take(`203.0.113.${i}`, 0);
  for (let i = 0; i < 5; i++) expect(buckets.take('busy', 0)).toBe(true);
  expect(buckets.take('busy', 0)).toBe(false);
  buckets.prune(1000);
  expect(buckets.size).toBe(1);
  expect(buckets.take('busy', 1000)).toBe(true);
  expect(buckets.take('busy', 1000)).toBe(false);
});
