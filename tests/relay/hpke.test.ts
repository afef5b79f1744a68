import { CipherSuite, Aes128Gcm, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core';
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { Sealer } from '../../relay/hpke.ts';

const hex = (text: string): Buffer<ArrayBuffer> => Buffer.from(text, 'hex');

test('seals as in the test vector of the standard', () => {
  // RFC 9180, appendix A.1.1: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM, base mode, sequence number 0.
  const sealer = new Sealer(hex('4f6465206f6e2061204772656369616e2055726e').toString());
  const { enc, ciphertext } = sealer.seal(
    hex('3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d'),
    hex('436f756e742d30').toString(),
    hex('4265617574792069732074727574682c20747275746820626561757479'),
    hex('52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736'),
  );
  expect(enc.toString('hex')).toBe('37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431');
  expect(ciphertext.toString('hex')).toBe(
    'f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a',
  );
});

test('what it seals, the library that browsers use opens', async () => {
  const suite = new CipherSuite({
    kem: new DhkemX25519HkdfSha256(),
    kdf: new HkdfSha256(),
    aead: new Aes128Gcm(),
  });
  const keys = await suite.kem.generateKeyPair();
  const recipient = Buffer.from(await suite.kem.serializePublicKey(keys.publicKey));
  const nonce = randomBytes(32);
  const { enc, ciphertext } = new Sealer('sidecall.1 login').seal(recipient, 'relay.example', nonce);
  const opened = await suite.open(
    {
      recipientKey: keys.privateKey,
      enc: new Uint8Array(enc).buffer,
      info: new TextEncoder().encode('sidecall.1 login'),
    },
    new Uint8Array(ciphertext).buffer,
    new TextEncoder().encode('relay.example'),
  );
  expect(Buffer.from(opened)).toEqual(nonce);
});

test('each message has a key of its own', () => {
  const sealer = new Sealer('sidecall.1 login');
  const recipient = hex('3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d');
  const [one, other] = [1, 2].map(() => sealer.seal(recipient, '', Buffer.alloc(32)));
  expect(one?.enc).not.toEqual(other?.enc);
  expect(one?.ciphertext).not.toEqual(other?.ciphertext);
});

test('refuses a low-order point', () => {
  const sealer = new Sealer('sidecall.1 login');
  for (const zero of [Buffer.alloc(32), Buffer.alloc(32).fill(1, 0, 1)])
    expect(() => sealer.seal(zero, '', Buffer.alloc(32))).toThrow();
});
