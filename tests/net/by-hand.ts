/** A network to play with from a terminal: see README.md. */
import { spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { createNet, type Net, whyNoNet } from './net.ts';

async function obey(net: Net, words: string[]): Promise<void> {
  const [host = '', what = '', ...rest] = words;
  const [value = ''] = rest;
  if (host === 'block') return net.block(what, value, (rest[1] ?? 'all') as 'all' | 'udp' | 'nothing');
  if (host === 'move') return net.move(what);
  if (what === 'run') {
    const program = await net.host(host).wrap(value);
    spawnSync(program, rest.slice(1), { stdio: 'inherit' });
    return;
  }
  await net.line(host, { [what]: what === 'cut' ? value === 'true' : Number(value) });
}

async function main(names: string[]): Promise<void> {
  const why = names.length < 2 ? 'Name two hosts at least: by-hand.ts alice bob' : whyNoNet();
  if (why) return void console.error(why);
  const net = await createNet(names);
  for (const name of names) console.log(`${name} ${net.host(name).address}`);
  for await (const line of createInterface(process.stdin)) {
    const words = line.split(/\s+/).filter((word) => word !== '');
    if (words.length > 0) await obey(net, words).catch((error: unknown) => console.error(String(error)));
  }
  await net.close();
}

void main(process.argv.slice(2));
