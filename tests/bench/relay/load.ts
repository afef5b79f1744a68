/** The load, in a process of its own: does with its crowd what the bench asks for, one thing after another. */
import process from 'node:process';
import { Crowd, type Server } from './crowd.ts';
import { type DialectName, dialectOf } from './dialects.ts';

export interface Setup {
  server: Server;
  dialect: DialectName;
  secret: string;
  /** Number of the first client. */
  first: number;
}

type Method = 'connect' | 'disconnect' | 'befriend' | 'flood' | 'latency' | 'calls' | 'clog' | 'callsFor';
/** What the bench may ask for, by the names of the crowd's methods. */
export type Asked = { [M in Method]: { id: number; method: M; args: Parameters<Crowd[M]> } }[Method];
export type Answered = { id: number; result: unknown } | { id: number; error: string };
export type Result<M extends Method> = Awaited<ReturnType<Crowd[M]>>;
export type { Method };

const [, , setup = ''] = process.argv;
const { server, dialect, secret, first } = JSON.parse(setup) as Setup;
const crowd = new Crowd(server, dialectOf(dialect, server.host, secret), first);

process.on('message', ({ id, method, args }: Asked) => {
  const answer = (answered: Answered): boolean | undefined => process.send?.(answered);
  const run = crowd[method].bind(crowd) as (...args: unknown[]) => unknown;
  Promise.resolve()
    .then(() => run(...args))
    .then((result) => answer({ id, result }))
    .catch((error: unknown) => answer({ id, error: error instanceof Error ? error.message : String(error) }));
});
process.on('disconnect', () => process.exit());
