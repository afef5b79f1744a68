import { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { Outlet, Turn } from '../../relay/outlet.ts';

/** A connection that takes what it is written only when the test says so. */
class Pipe extends Duplex {
  readonly written: Buffer[] = [];
  isStuck = false;
  private release: (() => void) | undefined;

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.written.push(chunk);
    if (this.isStuck) this.release = done;
    else done();
  }

  override _read(): void {
    // Nothing comes in.
  }

  unblock(): void {
    this.isStuck = false;
    this.release?.();
  }
}

/** As much of a WebSocket as a way out needs. */
class Socket {
  readyState: 0 | 1 | 2 | 3 = WebSocket.OPEN;
  pong(): void {
    throw new Error('nobody asked');
  }
  close(): void {
    this.readyState = WebSocket.CLOSING;
  }
}

function openOutlet(turn = new Turn()) {
  const pipe = new Pipe();
  const socket = new Socket();
  const ends = () => new Promise<void>((resolve) => setImmediate(resolve));
  return { outlet: new Outlet(socket, pipe, turn), pipe, socket, ends };
}

test('what one turn of the event loop brings for a link leaves in one write, in order', async () => {
  const { outlet, pipe, ends } = openOutlet();
  outlet.send('{"type":"ping"}');
  outlet.send(Buffer.from([1, 2, 3]));
  outlet.send(Buffer.alloc(200, 7));
  expect(pipe.written).toHaveLength(0);
  expect(outlet.bufferedAmount).toBe(2 + 15 + 2 + 3 + 4 + 200);
  await ends();
  expect(pipe.written).toEqual([
    Buffer.concat([
      Buffer.from([0x81, 15]),
      Buffer.from('{"type":"ping"}'),
      Buffer.from([0x82, 3, 1, 2, 3, 0x82, 126, 0, 200]),
      Buffer.alloc(200, 7),
    ]),
  ]);
  expect(outlet.bufferedAmount).toBe(0);
});

test('the largest frame has its length in eight bytes, and text counts in bytes, not in letters', async () => {
  const { outlet, pipe, ends } = openOutlet();
  outlet.send(Buffer.alloc(65_536));
  outlet.send('é');
  await ends();
  const bytes = Buffer.concat(pipe.written);
  expect(bytes.subarray(0, 10)).toEqual(Buffer.from([0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]));
  expect(bytes.subarray(-4)).toEqual(Buffer.from([0x81, 2, 0xc3, 0xa9]));
});

test('more than 64 KiB does not wait for the end of the turn', () => {
  const { outlet, pipe } = openOutlet();
  for (let mails = 0; mails < 100; mails++) outlet.send(Buffer.alloc(10_000));
  expect(Buffer.concat(pipe.written).length).toBeGreaterThan(900_000);
});

test('bytes that a reader is slow to take are not written over by what others are sent meanwhile', async () => {
  const turn = new Turn();
  const [slow, quick] = [openOutlet(turn), openOutlet(turn)];
  slow.pipe.isStuck = true;
  slow.outlet.send(Buffer.alloc(50, 1));
  await slow.ends();
  quick.outlet.send(Buffer.alloc(50, 2));
  await quick.ends();
  expect(slow.pipe.written).toEqual([Buffer.concat([Buffer.from([0x82, 50]), Buffer.alloc(50, 1)])]);
});

test('a mail that must wait is a copy, so that it does not keep alive what was read along with it', async () => {
  const { outlet, pipe, ends } = openOutlet();
  pipe.isStuck = true;
  outlet.send(Buffer.alloc(42));
  await ends();
  const read = Buffer.alloc(60_000);
  outlet.send(read.subarray(0, 42));
  await ends();
  expect(outlet.bufferedAmount).toBe(2 * 44);
  pipe.unblock();
  await ends();
  expect(pipe.written.map(({ buffer }) => buffer.byteLength).at(-1)).toBe(44);
});

test('what a closed link is sent is dropped', async () => {
  const { outlet, pipe, socket, ends } = openOutlet();
  outlet.send('late');
  socket.close();
  await ends();
  expect(pipe.written).toHaveLength(0);
  expect(outlet.bufferedAmount).toBe(0);
});
