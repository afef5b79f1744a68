/** A voice that never pauses for long, so that the first sound is heard when it comes and not at the next word. */
import { access, mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../artifacts/media/', import.meta.url));
const RATE = 48_000;
const SECONDS = 3;
/** A vowel's pitch and overtones, in hertz. */
const TONES = [180, 360, 540, 720, 1080];
/** Syllables a second: a steady sound would be taken for noise and turned down. */
const SYLLABLES = 8;

function wave(): Buffer {
  const data = Buffer.alloc(RATE * SECONDS * 2);
  for (let at = 0; at < RATE * SECONDS; at++) {
    const time = at / RATE;
    const loudness = 0.35 + 0.65 * Math.sin(Math.PI * SYLLABLES * time) ** 2;
    const level = TONES.reduce((sum, hz) => sum + Math.sin(2 * Math.PI * hz * time), 0) / TONES.length;
    data.writeInt16LE(Math.round(20_000 * loudness * level), at * 2);
  }
  return data;
}

/** RIFF, one channel of 16 bits. */
function wav(data: Buffer): Buffer {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + data.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(RATE, 24);
  header.writeUInt32LE(RATE * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(data.length, 40);
  return Buffer.concat([header, data]);
}

/** @returns the path of a WAV file that Chromium plays over and over as its microphone. */
export async function benchMicrophone(): Promise<string> {
  const file = `${FOLDER}bench-voice.wav`;
  await mkdir(FOLDER, { recursive: true });
  await access(file).catch(() => writeFile(file, wav(wave())));
  return file;
}
