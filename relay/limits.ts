/**
 * Token buckets: how much a link, a source or an address may do. Refilled when looked at, so that nothing ticks.
 */
import type { Limits } from './config.ts';

export type MailVerdict = 'within' | 'rate' | 'too-fast';

/** What one link may still send. Numbers instead of five bucket objects: there is one of these for each link. */
export class LinkBudget {
  private mails: number;
  private bytes: number;
  private controls: number;
  // Of twice the size and speed, and drawn on by refused mails as well: when one is empty the link goes.
  private allMails: number;
  private allBytes: number;

  constructor(
    private readonly limits: Limits,
    private refilledMs: number,
  ) {
    this.mails = limits.mailBurst;
    this.bytes = limits.byteBurst;
    this.controls = limits.controlBurst;
    this.allMails = 2 * limits.mailBurst;
    this.allBytes = 2 * limits.byteBurst;
  }

  /** Draws one mail of `length` bytes. Refused mails (`rate`) cost nothing of what is delivered. */
  spendMail(length: number, nowMs: number): MailVerdict {
    this.refill(nowMs);
    this.allMails -= 1;
    this.allBytes -= length;
    if (this.allMails < 0 || this.allBytes < 0) return 'too-fast';
    if (this.mails < 1 || this.bytes < length) return 'rate';
    this.mails -= 1;
    this.bytes -= length;
    return 'within';
  }

  /** Draws `cost` control frames and their bytes. @returns false if the link is too fast. */
  spendControl(cost: number, length: number, nowMs: number): boolean {
    this.refill(nowMs);
    this.controls -= cost;
    this.allBytes -= length;
    return this.controls >= 0 && this.allBytes >= 0;
  }

  private refill(nowMs: number): void {
    const seconds = (nowMs - this.refilledMs) / 1000;
    if (seconds <= 0) return;
    this.refilledMs = nowMs;
    const { mailsPerSecond, mailBurst, bytesPerSecond, byteBurst, controlsPerSecond, controlBurst } =
      this.limits;
    this.mails = Math.min(mailBurst, this.mails + seconds * mailsPerSecond);
    this.bytes = Math.min(byteBurst, this.bytes + seconds * bytesPerSecond);
    this.controls = Math.min(controlBurst, this.controls + seconds * controlsPerSecond);
    this.allMails = Math.min(2 * mailBurst, this.allMails + 2 * seconds * mailsPerSecond);
    this.allBytes = Math.min(2 * byteBurst, this.allBytes + 2 * seconds * bytesPerSecond);
  }
}

interface Bucket {
  tokens: number;
  refilledMs: number;
}

/** One bucket for each key (a source, an address), forgotten once it is full again. */
export class KeyedBuckets {
  private readonly buckets = new Map<string, Bucket>();

  /** @param perSecond refill, in tokens a second. @param burst size of a bucket, in tokens. */
  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
  ) {}

  /** How many keys are remembered. */
  get size(): number {
    return this.buckets.size;
  }

  /** Takes a token of the key's bucket. @returns false if there is none. */
  take(key: string, nowMs: number): boolean {
    let bucket = this.buckets.get(key);
    if (!bucket) {
      bucket = { tokens: this.burst, refilledMs: nowMs };
      this.buckets.set(key, bucket);
    }
    bucket.tokens = this.tokensAt(bucket, nowMs);
    bucket.refilledMs = nowMs;
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }

  /** Forgets the full buckets: they say nothing that a new one does not. */
  prune(nowMs: number): void {
    for (const [key, bucket] of this.buckets) {
      if (this.tokensAt(bucket, nowMs) >= this.burst) this.buckets.delete(key);
    }
  }

  private tokensAt(bucket: Bucket, nowMs: number): number {
    return Math.min(this.burst, bucket.tokens + ((nowMs - bucket.refilledMs) / 1000) * this.perSecond);
  }
}
