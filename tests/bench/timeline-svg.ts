/** The medians of a call as a picture: one lane a kind of call, from the click and from Answer. */
import type { RoundTrip, Span } from './figures.ts';
import type { Flow } from './flows.ts';

const WIDTH = 960;
const LEFT = 120;
const RIGHT = 40;
const LANE = 26;
const HEAD = 64;

const FLOWS: [flow: Flow, label: string][] = [
  ['sidecall', 'Sidecall'],
  ['tutorial', 'tutorial'],
  ['floor', 'floor'],
];
const PARTS: [span: Span, label: string, colour: string][] = [
  ['ring', 'click → ring shown', '#2f6fde'],
  ['soundAtCaller', 'Answer → sound, caller', '#e0a33b'],
  ['soundAtCallee', 'Answer → sound, callee', '#c77f17'],
  ['pictureAtCaller', 'Answer → picture, caller', '#37a862'],
  ['pictureAtCallee', 'Answer → picture, callee', '#1f7a44'],
  ['idle', 'hang up → both idle', '#8a8f98'],
];

const text = (x: number, y: number, words: string, more = ''): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${words}</text>`;

/** @returns an SVG of one block for each round trip, all on one scale. */
export function timelineOf(figures: readonly RoundTrip[]): string {
  const longest = Math.max(
    1,
    ...figures.flatMap(({ flows }) =>
      FLOWS.flatMap(([flow]) => PARTS.map(([span]) => flows[flow][span].median ?? 0)),
    ),
  );
  const scale = (WIDTH - LEFT - RIGHT) / longest;
  const lines: string[] = [];
  let y = HEAD;
  for (const { rtt, flows } of figures) {
    lines.push(text(8, y + 4, `${String(rtt)} ms round trip`, 'class="h"'));
    y += 16;
    for (const [flow, label] of FLOWS) {
      lines.push(text(LEFT - 8, y + LANE / 2 + 2, label, 'text-anchor="end"'));
      PARTS.forEach(([span, name, colour], at) => {
        const ms = flows[flow][span].median;
        if (ms === null) return;
        const [top, high] = [y + at * (LANE / PARTS.length) - 2, LANE / PARTS.length - 0.6];
        lines.push(
          `<rect x="${String(LEFT)}" y="${top.toFixed(1)}" width="${(ms * scale).toFixed(1)}" height="${high.toFixed(1)}" fill="${colour}"><title>${name}: ${String(ms)} ms</title></rect>`,
        );
      });
      const both = flows[flow].picture.median;
      if (both !== null)
        lines.push(text(LEFT + both * scale + 5, y + LANE / 2 + 3, `${String(both)} ms`, 'class="n"'));
      y += LANE + 8;
    }
    y += 22;
  }
  const key = PARTS.map(([, label, colour], at) => {
    const x = 8 + (at % 3) * 300;
    const top = 12 + Math.floor(at / 3) * 18;
    return `<rect x="${String(x)}" y="${String(top)}" width="12" height="8" fill="${colour}"/>${text(x + 18, top + 8, label)}`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(WIDTH)} ${String(y)}" font-family="system-ui, sans-serif" font-size="12">
<title>Where the milliseconds of a call go: medians</title>
<style>text{fill:#3c4149}.h{font-weight:600}.n{font-size:11px}@media(prefers-color-scheme:dark){text{fill:#d5d9df}}</style>
${[...key, ...lines].join('\n')}
</svg>
`;
}
