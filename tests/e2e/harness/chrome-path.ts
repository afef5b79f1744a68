/** Where Chromium is on this machine. */
import { accessSync, constants } from 'node:fs';

// tests/machine/prepare.sh looks in the same places.
const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/**
 * The browser of `CHROME_PATH`, else the first in a usual place.
 * @throws when there is none.
 */
export function chromePath(): string {
  const { CHROME_PATH } = process.env;
  const found = CHROME_PATH ? [CHROME_PATH] : PLACES;
  const path = found.find(isProgram);
  if (path === undefined)
    throw new Error('No Chromium found: install it, or set CHROME_PATH to its program.');
  return path;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
