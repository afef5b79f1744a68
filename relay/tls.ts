/** The relay's certificate and key, read from files, and read again when somebody renewed them. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { Logger } from 'pino';
import type { Clock } from './clock.ts';

/** How often the files are looked at, in milliseconds. */
export const TLS_CHECK_MS = 5000;

export interface TlsFiles {
  /** Path of the certificate chain, PEM, the relay's own first. */
  cert: string;
  /** Path of its private key, PEM. */
  key: string;
}

interface Pair {
  cert: Buffer;
  key: Buffer;
}

/** The files are missing or are no pair. Its message is a sentence for the operator, without what is in them. */
export class TlsPairError extends Error {}

/** A certificate and key that stay what the files say, as long as the files hold a good pair. */
export class TlsPair {
  private refused: Pair | undefined;
  private isLooking = false;
  private notAfterMs: number;

  private constructor(
    private readonly files: TlsFiles,
    private pair: Pair,
  ) {
    this.notAfterMs = judge(pair, files);
  }

  /** @throws {TlsPairError} if there is no good pair in the files. */
  static async read(files: TlsFiles): Promise<TlsPair> {
    return new TlsPair(files, await readPair(files));
  }

  /** What the server is to use now. TLS 1.2 is the oldest version that is spoken (RFC 8996). */
  get context(): SecureContextOptions {
    return { ...this.pair, minVersion: 'TLSv1.2' };
  }

  /** When the certificate runs out, in seconds since the epoch. */
  get notAfterSeconds(): number {
    return this.notAfterMs / 1000;
  }

  /** Whether the files hold something newer that cannot be used. */
  get isRefused(): boolean {
    return this.refused !== undefined;
  }

  /**
   * Looks at what is in the files every few seconds: that sees a rename and a changed symbolic link as well as a write.
   * @param use is called with each new context. @returns a function that stops it.
   */
  watch(clock: Clock, log: Logger, use: (context: SecureContextOptions) => void): () => void {
    return clock.every(TLS_CHECK_MS, () => void this.look(log, use));
  }

  private async look(log: Logger, use: (context: SecureContextOptions) => void): Promise<void> {
    if (this.isLooking) return;
    this.isLooking = true;
    try {
      const found = await readPair(this.files);
      if (isSame(found, this.pair)) this.refused = undefined;
      else if (!this.refused || !isSame(found, this.refused)) this.take(found, log, use);
    } catch (error) {
      this.refuse({ cert: Buffer.of(), key: Buffer.of() }, error, log);
    } finally {
      this.isLooking = false;
    }
  }

  private take(found: Pair, log: Logger, use: (context: SecureContextOptions) => void): void {
    try {
      this.notAfterMs = judge(found, this.files);
    } catch (error) {
      return this.refuse(found, error, log);
    }
    this.pair = found;
    this.refused = undefined;
    use(this.context);
    log.info('the certificate was renewed');
  }

  /** Says it once for each new content of the files. */
  private refuse(found: Pair, error: unknown, log: Logger): void {
    const isNews = !this.refused || !isSame(found, this.refused);
    this.refused = found;
    const why = error instanceof TlsPairError ? error.message : 'The files cannot be read.';
    if (isNews) log.error({ why }, 'the new certificate cannot be used; the old one stays');
  }
}

async function readPair(files: TlsFiles): Promise<Pair> {
  const read = (name: string, path: string) =>
    readFile(path).catch((error: NodeJS.ErrnoException) => {
      throw new TlsPairError(`${name} is ${path}, which cannot be read: ${error.code ?? 'unknown'}.`);
    });
  return { cert: await read('TLS_CERT', files.cert), key: await read('TLS_KEY', files.key) };
}

/** @returns when the certificate runs out, in ms since the epoch. @throws {TlsPairError} if the two are no good pair. */
function judge({ cert, key }: Pair, files: TlsFiles): number {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(cert);
  } catch {
    throw new TlsPairError(`TLS_CERT is ${files.cert}, which is no certificate in PEM.`);
  }
  try {
    // The context alone would take a key of another kind than the certificate's, and then refuse every client.
    if (!certificate.checkPrivateKey(createPrivateKey(key))) throw new Error('another key');
    createSecureContext({ cert, key });
  } catch {
    throw new TlsPairError(
      `TLS_KEY is ${files.key}, which is not the key of the certificate in ${files.cert}, or no key in PEM without a password.`,
    );
  }
  return Date.parse(certificate.validTo);
}

function isSame(a: Pair, b: Pair): boolean {
  return a.cert.equals(b.cert) && a.key.equals(b.key);
}
