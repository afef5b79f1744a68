/** One child process that this run started: it ends with its owner, by its own id and no other. */
import { spawn, type ChildProcess } from 'node:child_process';

export interface StartedProcess {
  readonly pid: number;
  /** Sends SIGTERM, after two seconds SIGKILL, and resolves when the process is gone. */
  close(): Promise<void>;
}

export interface ProcessOptions {
  env?: Record<string, string>;
  /** Ready when this returns true for a line of standard output; without it, as soon as it was started. */
  ready?: (line: string) => boolean;
}

const KILL_AFTER_MS = 2_000;
const running = new Set<ChildProcess>();

// A test run that is interrupted must not leave displays and daemons behind.
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/**
 * Starts a program and waits until it is ready.
 * @throws when it cannot be started or ends before it is ready, with the last it wrote to standard error.
 */
export async function startProcess(
  command: string,
  args: readonly string[],
  { env = {}, ready }: ProcessOptions = {},
): Promise<StartedProcess> {
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', ready ? 'pipe' : 'ignore', 'pipe'],
  });
  running.add(child);
  const gone = new Promise<void>((resolve) => {
    child.once('close', () => {
      running.delete(child);
      resolve();
    });
  });

  let complaint = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-2_000);
  });

  await new Promise<void>((resolve, reject) => {
    child.once('error', (error) => {
      running.delete(child);
      reject(new Error(`${command} could not be started: ${error.message}`));
    });
    child.once('close', (code) => {
      reject(new Error(`${command} ended with ${String(code)} before it was ready. ${complaint}`));
    });
    if (!ready) {
      child.once('spawn', resolve);
      return;
    }
    let rest = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      if (lines.some(ready)) resolve();
    });
  });

  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} has no process id`);
  return {
    pid,
    async close() {
      if (!running.has(child)) return;
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
      await gone;
      clearTimeout(late);
    },
  };
}
