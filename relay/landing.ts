/** The page at `/i` on which invites open: one text with nothing to load, and a policy that lets it ask nobody anything. */
import { createHash } from 'node:crypto';
import type { PageParts } from './page/bundle.ts';

/** Put in by the build; from source there is none. */
declare const __LANDING_PAGE__: PageParts | undefined;

export interface Landing {
  body: Buffer;
  headers: Readonly<Record<string, string>>;
}

const BY_HAND = `<li><span>Get the folder of Sidecall from whoever sent you the invite. In Chrome or Edge open <b>chrome://extensions</b>,
switch on “Developer mode”, choose “Load unpacked” and pick it.</span></li>`;

/**
 * @param installUrl where the extension is installed from, `https:`; empty: the page tells how to do it by hand.
 * @returns the page, the same for everybody: who invites is read in the browser.
 */
export async function landingPage(installUrl: string): Promise<Landing> {
  const parts = await partsOfPage();
  const { style, script } = parts;
  const install = `<div class="install"><a class="btn talk l" href="${escaped(installUrl)}" rel="noreferrer">Add Sidecall</a></div>`;
  // Functions, because a `$` in the text would mean something to `replace`.
  const html = parts.html
    .replace('<!--install-->', () => (installUrl === '' ? '' : install))
    .replace('<!--by-hand-->', () => (installUrl === '' ? BY_HAND : ''))
    .replace('<!--style-->', () => `<style>${style}</style>`)
    .replace('<!--script-->', () => `<script>${script}</script>`);
  return { body: Buffer.from(html), headers: headersOf(style, script) };
}

async function partsOfPage(): Promise<PageParts> {
  if (typeof __LANDING_PAGE__ !== 'undefined') return __LANDING_PAGE__;
  return (await import('./page/bundle.ts')).bundlePage();
}

/** Content Security Policy Level 3: what is not named here, the page cannot do. */
function headersOf(style: string, script: string): Record<string, string> {
  const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  const policy = [
    "default-src 'none'",
    `script-src ${hash(script)}`,
    `style-src ${hash(style)}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ];
  return {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': policy.join('; '),
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), clipboard-read=(), clipboard-write=()',
    'X-Robots-Tag': 'noindex',
    // A changed page is there at once: its invites are only good for days.
    'Cache-Control': 'no-cache',
  };
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
