import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Mac } from '../../relay/mac.ts';

const reference = (secret: string, text: string): string =>
  createHmac('sha256', secret).update(text).digest('base64url');
const hex = (base64url: string): string => Buffer.from(base64url, 'base64url').toString('hex');

test.for([
  ['\v'.repeat(20), 'Hi There', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
  [
    'Jefe',
    'what do ya want for nothing?',
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  ],
])('gives the figures of RFC 4231, section 4, for the keys that are text', ([key = '', text = '', mac]) => {
  expect(hex(new Mac(key).of(text))).toBe(mac);
});

test('is what Node’s Hmac gives, for short and long keys and texts, one after another', () => {
  const texts = fc.array(fc.string({ unit: 'binary', maxLength: 1500, size: 'max' }), { maxLength: 5 });
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }), texts, (secret, all) => {
      const mac = new Mac(secret);
      for (const text of all) expect(mac.of(text)).toBe(reference(secret, text));
    }),
  );
});
