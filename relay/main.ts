/** The relay as a program: environment in, log out, a clean end on SIGTERM and SIGINT. */
import { constants } from 'node:os';
import process from 'node:process';
import pino from 'pino';
import { readConfig, type RelayOptions } from './config.ts';
import { NatsBus } from './nats.ts';
import { createRelay } from './server.ts';
import { TlsPairError } from './tls.ts';

async function run({ logLevel, nats, ...options }: RelayOptions): Promise<void> {
  // No process id and no host name: nothing in a line but what happened.
  const log = pino({ level: logLevel, base: null });
  const bus = nats ? new NatsBus(nats, log) : undefined;
  const relay = await createRelay({ ...options, log, ...(bus && { bus }) });
  let isStopping = false;
  const stop = (signal: 'SIGTERM' | 'SIGINT') => {
    // Whoever asks twice does not want to wait: the exit code is what the signal itself would have given.
    if (isStopping) process.exit(128 + constants.signals[signal]);
    isStopping = true;
    void relay.close().then(() => process.exit(0));
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
}

function giveUp(sentences: readonly string[]): never {
  process.stderr.write(`The relay cannot start.\n${sentences.map((sentence) => `- ${sentence}\n`).join('')}`);
  process.exit(1);
}

/** @param error of `listen`: it says which port it was. */
function sentenceOf(error: NodeJS.ErrnoException & { port?: number }, options: RelayOptions): string {
  const isMetrics = error.port !== undefined && error.port === options.metricsPort;
  const prefix = isMetrics ? 'METRICS_' : '';
  const { host, port } = isMetrics
    ? { host: options.metricsHost, port: error.port }
    : { host: options.host, port: options.port };
  switch (error.code) {
    case 'EADDRINUSE':
      return `Port ${port} on ${host} is taken: stop what listens there, or set ${prefix}PORT.`;
    case 'EACCES':
      return `This user may not listen on port ${port}: set ${prefix}PORT to 1024 or above.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${prefix}HOST is ${host}, which is no address of this computer.`;
    default:
      return `Listening on ${host}, port ${port}, failed: ${error.code ?? error.message}.`;
  }
}

const config = readConfig(process.env);
if (!config.ok) giveUp(config.mistakes);
const { options } = config;
run(options).catch((error: NodeJS.ErrnoException) =>
  giveUp([error instanceof TlsPairError ? error.message : sentenceOf(error, options)]),
);
