/** Medians and 95th percentiles. */

/** @returns the value that a share of them does not exceed (nearest rank), or null of none. */
export function percentile(values: readonly number[], share: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
}

export interface Summary {
  median: number | null;
  p95: number | null;
  count: number;
}

export const summarize = (values: readonly number[]): Summary => ({
  median: percentile(values, 0.5),
  p95: percentile(values, 0.95),
  count: values.length,
});
