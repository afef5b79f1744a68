/**
 * A file locked with a passphrase: the age format, version 1 (https://age-encryption.org/v1), with a scrypt recipient.
 * Slow by design, so it runs in a worker of its own and is loaded nowhere else.
 */
import { armor, Decrypter, Encrypter } from 'age-encryption';
import { type FileProblem, fileProblem, isArmored } from './file-problem.ts';
import { normalPassphrase } from './passphrase.ts';

/** scrypt's work factor: N = 2^18, as the age tool has it. It costs 256 MiB for about two seconds. */
const WORK_FACTOR = 18;

export type OpenedFile = { ok: true; text: string } | { ok: false; problem: FileProblem | 'wrong-password' };

/** @param workFactor the base-2 logarithm of scrypt's N @returns the bytes of the file. */
export async function sealFile(
  text: string,
  passphrase: string,
  workFactor = WORK_FACTOR,
): Promise<Uint8Array<ArrayBuffer>> {
  const encrypter = new Encrypter();
  encrypter.setPassphrase(normalPassphrase(passphrase));
  encrypter.setScryptWorkFactor(workFactor);
  return new Uint8Array(await encrypter.encrypt(text));
}

/** Opens a file, binary or armoured. Never throws. */
export async function openFile(bytes: Uint8Array, passphrase: string): Promise<OpenedFile> {
  const problem = fileProblem(bytes);
  if (problem) return { ok: false, problem };
  if (isArmored(bytes)) return openArmored(bytes, passphrase);
  const decrypter = new Decrypter();
  decrypter.addPassphrase(normalPassphrase(passphrase));
  try {
    const plain = await decrypter.decrypt(bytes);
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true }).decode(plain) };
  } catch (error) {
    // The library tells it by its words alone.
    const isWrong = error instanceof Error && error.message.startsWith('no identity matched');
    return { ok: false, problem: isWrong ? 'wrong-password' : 'damaged' };
  }
}

async function openArmored(bytes: Uint8Array, passphrase: string): Promise<OpenedFile> {
  const binary = unarmored(bytes);
  return binary && !isArmored(binary) ? openFile(binary, passphrase) : { ok: false, problem: 'damaged' };
}

function unarmored(bytes: Uint8Array): Uint8Array | null {
  try {
    return armor.decode(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}
