/** A page to be shown to somebody: known colour, moving, with small text and a steady tone. Served on loopback, as no extension page can be captured. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export const SHOWN = { title: 'A page to be shown', colour: 'green', frequency: 880 } as const;

const HTML = `<!doctype html><title>${SHOWN.title}</title>
<style>body{margin:0;height:100vh;overflow:hidden;font:11px/1.2 sans-serif;background:#0a0;color:#031}</style>
<body>${'Every word of this page must be sharp. '.repeat(400)}
<script>
  let at = 0;
  setInterval(() => { document.body.style.background = 'hsl(120 80% ' + (22 + (at++ % 10) * 2) + '%)'; }, 100);
  const audio = new AudioContext();
  const [tone, level] = [audio.createOscillator(), audio.createGain()];
  tone.frequency.value = ${String(SHOWN.frequency)};
  level.gain.value = 0.3;
  tone.connect(level).connect(audio.destination);
  tone.start();
</script>`;

export interface ShownPage {
  readonly url: string;
  close(): void;
}

/** To be opened by a browser with `SHOWING`. */
export async function serveShownPage(): Promise<ShownPage> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end(HTML);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}/`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A browser whose picker, which no test can press, chooses this page by itself, and in which it sounds without a click. */
export const SHOWING = {
  sounds: true,
  args: [
    `--auto-select-tab-capture-source-by-title=${SHOWN.title}`,
    '--autoplay-policy=no-user-gesture-required',
  ],
};
