import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  addressOf,
  addressSubject,
  MAX_CLAIMS,
  type NodeId,
  type NodeMessage,
  nodeMessageBytes,
  nodeSubject,
  parseNodeMessage,
  parseVerdict,
  requestOf,
  VERDICTS,
  verdictBytes,
} from '../../relay/node-protocol.ts';
import type { Address } from '../../relay/protocol.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const key = (length: number) => bytes(length).map((value) => Buffer.from(value).toString('base64url'));
const address = key(32) as fc.Arbitrary<Address>;
const node = key(8) as fc.Arbitrary<NodeId>;
const uint32 = fc.nat(0xffff_ffff);
const time = fc.maxSafeNat();
const link = fc.record({ node, number: uint32 });
const kind = <K extends string>(name: K) => fc.constant(name);

const message: fc.Arbitrary<NodeMessage> = fc.oneof(
  fc.record({
    kind: kind('mail'),
    frame: fc.uint8Array({ minLength: 37, maxLength: 200 }).map((value) => Buffer.from(value)),
  }),
  fc.record({ kind: kind('ask'), from: address, link }),
  fc.record({ kind: kind('here'), to: address, toNumber: uint32, from: address, link }),
  fc.record({ kind: kind('gone'), to: address, from: address, link }),
  fc.record({
    kind: kind('claim'),
    node,
    claims: fc.array(fc.record({ address, sinceMs: time }), { minLength: 1, maxLength: 5 }),
  }),
  fc.record({ kind: kind('beat'), node, count: uint32, nowMs: time }),
  fc.record({ kind: kind('bye'), node }),
);

test('what is written is read, and neither a byte more nor a byte less', () => {
  fc.assert(
    fc.property(message, (value) => {
      const payload = nodeMessageBytes(value);
      expect(parseNodeMessage(payload)).toEqual(value);
      if (value.kind === 'mail') return;
      expect(parseNodeMessage(Buffer.concat([payload, Buffer.of(0)]))).toBeNull();
      expect(parseNodeMessage(payload.subarray(0, -1))).toBeNull();
    }),
  );
});

test('whatever else comes is no message, and harms nothing', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (payload) => {
      const parsed = parseNodeMessage(Buffer.from(payload));
      if (parsed) expect(nodeMessageBytes(parsed).equals(Buffer.from(payload))).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

test('no time is beyond all time, and no claim beyond all bounds', () => {
  const id = 'AAAAAAAAAAA' as NodeId;
  for (const nowMs of [NaN, Infinity, -1, 2 ** 60])
    expect(parseNodeMessage(nodeMessageBytes({ kind: 'beat', node: id, count: 1, nowMs }))).toBeNull();
  const claim = { address: 'A'.repeat(43) as Address, sinceMs: 1 };
  for (const [count, isGood] of [
    [MAX_CLAIMS, true],
    [MAX_CLAIMS + 1, false],
  ] as const) {
    const claims = Array.from({ length: count }, () => claim);
    expect(parseNodeMessage(nodeMessageBytes({ kind: 'claim', node: id, claims })) !== null).toBe(isGood);
  }
  const payload = nodeMessageBytes({ kind: 'claim', node: id, claims: [claim] });
  // A message of the largest size that NATS takes by default is never needed.
  expect(44 + 40 * MAX_CLAIMS).toBeLessThan(1024 * 1024);
  expect(payload.length).toBe(1 + 8 + 40);
});

test('every address is one token of a subject, and comes back out of it', () => {
  fc.assert(
    fc.property(address, (value) => {
      const subject = addressSubject(value);
      expect(subject).toMatch(/^sidecall\.1\.to\.[A-Za-z0-9_-]{43}$/);
      expect(addressOf(subject)).toBe(value);
    }),
  );
});

test('verdicts and the requests they answer are read as written, and nothing else is', () => {
  for (const verdict of VERDICTS) expect(parseVerdict(verdictBytes(verdict))).toBe(verdict);
  for (const bad of [[], [3], [255], [0, 0]]) expect(parseVerdict(Buffer.from(bad))).toBeNull();
  const id = 'AAAAAAAAAAA' as NodeId;
  expect(requestOf(nodeSubject(id, 12_345))).toBe(12_345);
  expect(requestOf(`${nodeSubject(id)}.x`)).toBeNull();
});
