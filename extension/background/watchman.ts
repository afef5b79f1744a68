/**
 * Looks after the links while the worker lives. A worker hears of no `online` and of no waking up, so it looks: whether
 * the clock has jumped, whether there is a network again. And it stays awake while a link is down.
 */
import browser from 'webextension-polyfill';
import { hasSlept, LOOK_EVERY_MS } from '../core/reconnect.ts';
import type { Links } from './links.ts';

/** An idle worker is stopped after 30 s; a call of the browser's counts as work. Looks between two such calls. */
const LOOKS_BETWEEN_CALLS = 20;

/** Watches until `signal` aborts. */
export function keepWatch(links: Links, signal: AbortSignal): void {
  let lookedAt = Date.now();
  let wasOnline = navigator.onLine;
  let looks = 0;
  const watch = setInterval(() => {
    const now = Date.now();
    const slept = hasSlept(lookedAt, now);
    const isOnline = navigator.onLine;
    if (slept || (isOnline && !wasOnline)) links.probe();
    lookedAt = now;
    wasOnline = isOnline;
    // A link that stands is work enough: the relay says something every 20 s.
    if (!links.isWhole && ++looks % LOOKS_BETWEEN_CALLS === 0) void browser.runtime.getPlatformInfo();
  }, LOOK_EVERY_MS);
  signal.addEventListener('abort', () => clearInterval(watch), { once: true });
}
