import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const BUILT = join(ROOT, 'dist/extension');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

const scripts = (JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts;
const manifest = JSON.parse(read('manifest.json')) as {
  key: string;
  permissions: string[];
  optional_permissions: string[];
  content_security_policy: { extension_pages: string };
};
const sources = filesIn(join(ROOT, 'extension')).filter((file) => /\.(ts|svelte)$/.test(file));
const code = sources.map((file) => readFileSync(file, 'utf8')).join('\n');

describe('the documents', () => {
  it('name only commands that exist', () => {
    for (const document of ['README.md', 'CONTRIBUTING.md', 'docs/relay.md', 'docs/scale.md']) {
      const named = [...read(document).matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name ?? '');
      for (const name of named) expect(scripts, `${document} names "npm run ${name}"`).toHaveProperty([name]);
    }
    expect(scripts).toHaveProperty('start');
    expect(scripts).toHaveProperty('test');
  });

  it('link only to files that are here', () => {
    for (const document of [
      'README.md',
      'ARCHITECTURE.md',
      'CONTRIBUTING.md',
      'THREATS.md',
      'docs/relay.md',
    ]) {
      const links = [...read(document).matchAll(/\]\((?!https?:|#)([^)#]+)|src="([^"]+)"/g)].map(
        ([, a, b]) => a ?? b ?? '',
      );
      for (const link of links)
        expect(
          () => statSync(join(ROOT, document, '..', link)),
          `${document} links to ${link}`,
        ).not.toThrow();
    }
  });
});

describe('the manifest', () => {
  const uses: Record<string, RegExp> = {
    alarms: /\.alarms\./,
    contextMenus: /\.contextMenus\./,
    notifications: /\.notifications\./,
    offscreen: /\.offscreen\./,
    sidePanel: /\.sidePanel\./,
    storage: /\.storage[.[]/,
    tabCapture: /\.tabCapture\./,
  };

  it('asks for nothing that is not used, and everything it asks for is explained', () => {
    for (const permission of [...manifest.permissions, ...manifest.optional_permissions]) {
      expect(code, permission).toMatch(uses[permission] ?? /never/);
      expect(read('README.md')).toMatch(new RegExp(`\\| \`${permission}\` +\\|`));
    }
  });

  it('lets pages connect to relays only, and run only what is packed', () => {
    const policy = manifest.content_security_policy.extension_pages;
    expect(policy).toContain("script-src 'self';");
    expect(policy).toMatch(/connect-src 'self' data: wss: ws:\/\/127\.0\.0\.1:\* ws:\/\/localhost:\*$/);
  });

  it('has a fixed key, so that a relay can check the origin', () => {
    expect(manifest.key.length).toBeGreaterThan(300);
    expect(read('relay/config.ts')).toContain('fkdcdbcjphjjkidkjdiefjebcpgihehd');
  });
});

describe('the sources of the extension', () => {
  it('log nothing that could carry an address: one line in all, with the name of an error', () => {
    const logged = [...code.matchAll(/console\.\w+\([^;]*;/g)].map(([call]) => call);
    expect(logged).toEqual([
      "console.error('mail was not handled:', error instanceof Error ? error.name : typeof error);",
    ]);
  });

  it('import simple-peer in one file', () => {
    const importing = sources.filter((file) => /from 'simple-peer'/.test(readFileSync(file, 'utf8')));
    expect(importing.map((file) => file.replace(ROOT, ''))).toEqual(['extension/call/peer-link.ts']);
  });

  it('decide without a browser: core imports no shell and touches no browser API', () => {
    for (const file of filesIn(join(ROOT, 'extension/core'))) {
      const text = readFileSync(file, 'utf8');
      expect(text, file).not.toMatch(
        /\b(chrome|browser|document|window|navigator|setTimeout|setInterval|Date\.now|Math\.random)\b[.(]/,
      );
      expect(text, file).not.toMatch(/^import (?!type).*'\.\.\/(background|call|views|storage|messages)/m);
    }
  });
});

describe('the built extension', () => {
  const built = filesIn(BUILT);
  const scriptsOf = (page: string): number => {
    const html = readFileSync(join(BUILT, page), 'utf8');
    const loaded = new Set(
      [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map(([, file]) => file ?? ''),
    );
    return bytesOf(loaded);
  };
  /** Gzipped bytes of these scripts and everything they import before they run. */
  function bytesOf(files: Set<string>): number {
    for (const file of files) {
      const text = readFileSync(join(BUILT, file), 'utf8');
      for (const [, next] of text.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g))
        files.add(`assets/${next ?? ''}`);
    }
    return [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(BUILT, file))).length, 0);
  }

  it('has no remote code and nothing that web pages could load', () => {
    const packed = JSON.parse(readFileSync(join(BUILT, 'manifest.json'), 'utf8')) as object;
    expect(packed).not.toHaveProperty('web_accessible_resources');
    expect(packed).not.toHaveProperty('host_permissions');
    for (const file of built.filter((name) => /\.(js|html)$/.test(name))) {
      const text = readFileSync(file, 'utf8');
      expect(text, file).not.toMatch(/\bimport\(\s*["'`]https?:/);
      expect(text, file).not.toMatch(/<script[^>]+src="https?:/);
      expect(text, file).not.toMatch(/\beval\(|new Function\(/);
    }
  });

  it('loads at most 60 KB of JavaScript (gzipped) in the popup and in the worker, and packs into 600 KB', () => {
    expect(scriptsOf('extension/views/popup/popup.html')).toBeLessThanOrEqual(60_000);
    const worker = /["']\.\/(assets\/[^"']+)["']/.exec(
      readFileSync(join(BUILT, 'service-worker-loader.js'), 'utf8'),
    )?.[1];
    expect(bytesOf(new Set([worker ?? 'no worker']))).toBeLessThanOrEqual(60_000);
    const packed = built.reduce((sum, file) => sum + gzipSync(readFileSync(file)).length, 0);
    expect(packed).toBeLessThanOrEqual(600_000);
  });
});
