/** The time as rune state: whoever reads it is drawn again every second, and nothing ticks while nobody does. */
import { createSubscriber } from 'svelte/reactivity';

const everySecond = createSubscriber((update) => {
  const timer = setInterval(update, 1000);
  return () => clearInterval(timer);
});

/** @returns ms since the epoch. */
export function now(): number {
  everySecond();
  return Date.now();
}
