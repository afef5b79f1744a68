/** Hands on the keyboard and the mouse of a display: they reach the browser itself, which CDP does not. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Display } from './display.ts';

const run = promisify(execFile);

export interface Hands {
  /** Presses keys in the browser's window, such as `alt+a`. */
  key(...keys: string[]): Promise<void>;
  /** Types into whatever has the keyboard. */
  type(text: string): Promise<void>;
  /** Moves the mouse to a place in the window with this name, as from a little aside, and clicks. Shares of its size, 0 to 1. */
  click(window: string, x: number, y: number): Promise<void>;
}

/** @returns the hands of whoever sits at the display. */
export function handsAt(display: Display): Hands {
  const env = { ...process.env, DISPLAY: display.name };
  const xdotool = async (...args: string[]): Promise<string> =>
    (await run('xdotool', args, { env })).stdout.trim();
  const find = async (name: string): Promise<string> =>
    (await xdotool('search', '--onlyvisible', '--name', name)).split('\n')[0] ?? '';
  return {
    async key(...keys) {
      // No window manager gives the keyboard to anybody.
      await xdotool('windowfocus', '--sync', await find('Chromium$'), 'key', '--delay', '60', ...keys);
    },
    async type(text) {
      await xdotool('type', '--delay', '60', text);
    },
    async click(window, x, y) {
      const id = await find(window);
      const { WIDTH, HEIGHT } = Object.fromEntries(
        (await xdotool('getwindowgeometry', '--shell', id)).split('\n').map((line) => line.split('=')),
      ) as Record<string, string>;
      const at = (aside: number): string[] => [
        String(Math.round(Number(WIDTH) * x) + aside),
        String(Math.round(Number(HEIGHT) * y)),
      ];
      await xdotool(
        'mousemove',
        '--window',
        id,
        ...at(9),
        'mousemove',
        '--window',
        id,
        ...at(0),
        'click',
        '1',
      );
    },
  };
}
