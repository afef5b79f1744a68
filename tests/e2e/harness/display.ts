/** A screen nobody looks at: Xvfb, with a picture of it on demand. */
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { startProcess } from './process.ts';

const run = promisify(execFile);
const WALLPAPER = '#dce3df';

export interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Display {
  /** For `DISPLAY`, such as `:99`. */
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** Writes a PNG of the whole display, or of one area of it. */
  screenshot(file: string, area?: Area): Promise<void>;
  close(): Promise<void>;
}

/** Starts Xvfb on a free display number, which the X server itself picks. */
export async function startDisplay(width = 1280, height = 800): Promise<Display> {
  let name = '';
  const server = await startProcess(
    'Xvfb',
    [
      '-displayfd',
      '1',
      '-screen',
      '0',
      `${String(width)}x${String(height)}x24`,
      '-nolisten',
      'tcp',
      '-noreset',
    ],
    {
      ready(line) {
        name = `:${line.trim()}`;
        return true;
      },
    },
  );
  await run('hsetroot', ['-solid', WALLPAPER], { env: { ...process.env, DISPLAY: name } });
  // Rounded corners and shadows are see-through, which a bare X server cannot draw: it shows black instead.
  const compositor = await startProcess(
    'xcompmgr',
    ['-c', '-r', '14', '-o', '0.16', '-l', '-16', '-t', '-10'],
    {
      env: { DISPLAY: name },
    },
  );
  return {
    name,
    width,
    height,
    async screenshot(file, area = { x: 0, y: 0, width, height }) {
      await mkdir(dirname(file), { recursive: true });
      await run('ffmpeg', [
        ...['-loglevel', 'error', '-y', '-f', 'x11grab', '-draw_mouse', '0'],
        ...['-video_size', `${String(area.width)}x${String(area.height)}`],
        ...['-i', `${name}.0+${String(area.x)},${String(area.y)}`],
        ...['-frames:v', '1', file],
      ]);
    },
    async close() {
      await compositor.close();
      await server.close();
    },
  };
}
