/**
 * The cameras and microphones of Alice and Bob, made once with Chromium, ffmpeg and espeak-ng and kept in
 * artifacts/media. Chromium plays such files as its fake devices, over and over.
 */
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { access, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import puppeteer from 'puppeteer-core';
import { chromePath } from './chrome-path.ts';

const run = promisify(execFile);
const FOLDER = fileURLToPath(new URL('../../../artifacts/media/', import.meta.url));
const PORTRAITS = fileURLToPath(new URL('./portraits/', import.meta.url));

const CAMERA = { width: 640, height: 480, frames: 60, framesPerSecond: 20 };

/** What each camera shows most, the pitch of each test tone in hertz, and what each voice says. */
export const CAST = {
  alice: { colour: 'orange', frequency: 440, voice: 'en-gb+f3', words: 'Hello Bob! How lovely to see you.' },
  bob: { colour: 'blue', frequency: 660, voice: 'en-us+m3', words: 'Hello Alice! I can hear you very well.' },
} as const;

export type Person = keyof typeof CAST;

export interface PersonMedia {
  /** A moving portrait, 640 by 480 at 20 frames a second, in a loop of 3 seconds (Y4M). */
  camera: string;
  /** The tone of the person, in short notes (WAV). */
  tone: string;
  /** A spoken sentence; the tone where no voice can be made (WAV). */
  voice: string;
}

/** The media of one person: from the cache, or made now. */
export async function personMedia(person: Person): Promise<PersonMedia> {
  await mkdir(FOLDER, { recursive: true });
  const portrait = await readFile(join(PORTRAITS, `${person}.svg`), 'utf8');
  const { frequency, voice, words } = CAST[person];
  const tone = await cached(`${person}-tone.wav`, notes(frequency), (file) =>
    synthesize(file, notes(frequency)),
  );
  return {
    tone,
    camera: await cached(`${person}.y4m`, portrait + JSON.stringify(CAMERA) + film.toString(), (file) =>
      film(portrait, file),
    ),
    voice: await cached(`${person}-voice.wav`, voice + words, (file) => speak(file, voice, words)).catch(
      () => tone,
    ),
  };
}

/** A file of the cache under a name that changes with what it is made from; half a file is never seen. */
async function cached(
  name: string,
  recipe: string,
  make: (file: string) => Promise<unknown>,
): Promise<string> {
  const key = createHash('sha256').update(recipe).digest('hex').slice(0, 8);
  const file = join(FOLDER, `${key}-${name}`);
  const exists = await access(file).then(
    () => true,
    () => false,
  );
  if (exists) return file;
  const draft = join(FOLDER, `draft-${String(process.pid)}-${name}`);
  try {
    await make(draft);
    await rename(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
  return file;
}

/** A microphone that is plugged in and gives nothing (WAV). */
export async function silence(): Promise<string> {
  await mkdir(FOLDER, { recursive: true });
  return cached('silence.wav', 'silence', (file) => synthesize(file, '0'));
}

/**
 * Notes of 0.3 s with pauses of 0.2 s. Chromium's noise suppression takes a steady tone for noise and turns it down to a
 * ninth within seconds (0.35 to 0.04 of 1); these notes stay at 0.33 for as long as one listens.
 */
function notes(frequency: number): string {
  const at = 'mod(t,0.5)';
  return `0.5*sin(2*PI*${String(frequency)}*t)*min(1,50*${at})*min(1,max(0,50*(0.3-${at})))`;
}

/** Four seconds of a sound, as an expression of the time. */
async function synthesize(file: string, wave: string): Promise<void> {
  await run('ffmpeg', [
    ...['-loglevel', 'error', '-y', '-f', 'lavfi', '-i', `aevalsrc='${wave}':s=48000:d=4`],
    ...['-ac', '1', '-c:a', 'pcm_s16le', file],
  ]);
}

async function speak(file: string, voice: string, words: string): Promise<void> {
  const spoken = `${file}.spoken.wav`;
  try {
    await run('espeak-ng', ['-v', voice, '-s', '150', '-w', spoken, words]);
    // The silence at the end is a breath between two rounds of the loop.
    const filter = 'apad=pad_dur=0.6,loudnorm=I=-18';
    await run('ffmpeg', [
      ...['-loglevel', 'error', '-y', '-i', spoken, '-af', filter],
      ...['-ar', '48000', '-ac', '1', '-c:a', 'pcm_s16le', file],
    ]);
  } finally {
    await rm(spoken, { force: true });
  }
}

/** Draws the portrait frame by frame: the person sways and a light wanders over the wall, so that a freeze is seen. */
async function film(portrait: string, file: string): Promise<void> {
  const { width, height, frames, framesPerSecond } = CAMERA;
  const browser = await puppeteer.launch({
    executablePath: chromePath(),
    pipe: true,
    args: ['--no-sandbox'],
  });
  try {
    const page = await browser.newPage();
    await page.setViewport({ width, height });
    await page.setContent(
      `<style>body{margin:0}svg{display:block;width:100vw;height:100vh}</style>${portrait}`,
    );
    const encoder = spawn(
      'ffmpeg',
      [
        ...[
          '-loglevel',
          'error',
          '-y',
          '-f',
          'image2pipe',
          '-c:v',
          'png',
          '-framerate',
          String(framesPerSecond),
        ],
        ...['-i', '-', '-pix_fmt', 'yuv420p', '-f', 'yuv4mpegpipe', file],
      ],
      { stdio: ['pipe', 'ignore', 'inherit'] },
    );
    const done = once(encoder, 'close');
    for (let frame = 0; frame < frames; frame++) {
      await page.evaluate(
        (turn) => {
          const swing = Math.sin(turn);
          const breath = Math.sin(2 * turn);
          const person = document.querySelector('#person');
          const light = document.querySelector('#light');
          person?.setAttribute(
            'transform',
            `rotate(${String(1.6 * swing)} 400 1000) translate(0 ${String(3 * breath)})`,
          );
          // Never at rest together with the person: whenever one turns round, the other is in full motion.
          light?.setAttribute('transform', `translate(${String(420 * Math.cos(turn))} 0)`);
        },
        (2 * Math.PI * frame) / frames,
      );
      encoder.stdin.write(await page.screenshot({ type: 'png', optimizeForSpeed: true }));
    }
    encoder.stdin.end();
    const [code] = (await done) as [number | null];
    if (code !== 0) throw new Error(`ffmpeg could not write ${file}: ended with ${String(code)}`);
  } finally {
    await browser.close();
  }
}
