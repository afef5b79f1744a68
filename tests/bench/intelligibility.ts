/** How much of a voice arrives: the energy of its bands over time, as it was sent and as it was heard. */
import type { Page } from 'puppeteer-core';

/** Energies of the bands in decibels, every 20 ms. */
export interface Voice {
  at: number[];
  bands: number[][];
}

/** Records for `ms`, in the host of whoever speaks (`own`) or listens. */
export async function record(host: Page, whose: 'own' | 'theirs', ms: number): Promise<Voice> {
  await host.evaluate('globalThis.__name ??= (target) => target');
  return host.evaluate(recordInPage, whose, ms);
}

async function recordInPage(whose: 'own' | 'theirs', ms: number): Promise<Voice> {
  // Edges of the bands in hertz: what speech is told apart by (100 to 4,000 Hz), each about a third of an octave.
  const EDGES = [
    100, 200, 300, 400, 510, 630, 770, 920, 1080, 1270, 1480, 1720, 2000, 2320, 2700, 3150, 3700,
  ];
  const EVERY_MS = 20;
  const stream =
    whose === 'own'
      ? window.sidecallHost?.snapshot.calls[0]?.ownStream
      : (document.querySelector('audio')?.srcObject as MediaStream | undefined);
  const [track] = stream?.getAudioTracks() ?? [];
  if (!track) throw new Error('there is no sound to record');
  const context = new AudioContext();
  await context.resume();
  const ears = context.createAnalyser();
  ears.fftSize = 1024;
  ears.smoothingTimeConstant = 0;
  context.createMediaStreamSource(new MediaStream([track])).connect(ears);
  const spectrum = new Float32Array(ears.frequencyBinCount);
  const voice: Voice = { at: [], bands: [] };
  const until = Date.now() + ms;
  while (Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    ears.getFloatFrequencyData(spectrum);
    const bin = (hertz: number) => Math.round((hertz * ears.fftSize) / context.sampleRate);
    voice.at.push(Date.now());
    voice.bands.push(
      EDGES.slice(1).map((edge, at) => {
        const part = spectrum.slice(bin(EDGES[at] ?? 0), bin(edge) + 1);
        const power = part.reduce((sum, decibels) => sum + 10 ** (Math.max(decibels, -100) / 10), 0);
        return 10 * Math.log10(power + 1e-9);
      }),
    );
  }
  await context.close();
  return voice;
}

const STEP_MS = 20;
const MOST_LAG_MS = 800;

/**
 * @returns the correlation of the two over time, averaged over the bands, at the delay where it is best; 1 is the same wave, and
 * two unrelated stretches of the same speech come to about 0.2
 */
export function likeness(sent: Voice, heard: Voice): number {
  const begin = Math.max(sent.at[0] ?? 0, heard.at[0] ?? 0) + MOST_LAG_MS;
  const end = Math.min(sent.at.at(-1) ?? 0, heard.at.at(-1) ?? 0);
  const times = Array.from({ length: Math.floor((end - begin) / STEP_MS) }, (_, at) => begin + at * STEP_MS);
  const there = times.map((time) => at(heard, time));
  let best = -1;
  for (let lag = 0; lag <= MOST_LAG_MS; lag += STEP_MS) {
    const here = times.map((time) => at(sent, time - lag));
    const bands = (here[0] ?? []).map((_, band) =>
      correlation(
        here.map((each) => each[band] ?? 0),
        there.map((each) => each[band] ?? 0),
      ),
    );
    best = Math.max(best, bands.reduce((sum, each) => sum + each, 0) / Math.max(1, bands.length));
  }
  return best;
}

function at({ at: times, bands }: Voice, time: number): number[] {
  let low = 0;
  let high = times.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) < time) low = middle + 1;
    else high = middle;
  }
  return bands[low] ?? [];
}

function correlation(one: readonly number[], other: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, each) => sum + each, 0) / values.length;
  const [a, b] = [mean(one), mean(other)];
  let [both, ofOne, ofOther] = [0, 0, 0];
  for (const [i, value] of one.entries()) {
    const [x, y] = [value - a, (other[i] ?? 0) - b];
    both += x * y;
    ofOne += x * x;
    ofOther += y * y;
  }
  return ofOne === 0 || ofOther === 0 ? 0 : both / Math.sqrt(ofOne * ofOther);
}
