/** Locks and opens backups off the page's thread: it takes seconds, and every page of the extension shares one thread. */
import { type OpenedFile, openFile, sealFile } from '../../core/sealed-file.ts';

export type SealJob =
  | { do: 'seal'; text: string; passphrase: string }
  | { do: 'open'; bytes: Uint8Array<ArrayBuffer>; passphrase: string };
export type Sealed = Uint8Array<ArrayBuffer>;

addEventListener('message', ({ data }: MessageEvent<SealJob>) => {
  const done: Promise<Sealed | OpenedFile> =
    data.do === 'seal' ? sealFile(data.text, data.passphrase) : openFile(data.bytes, data.passphrase);
  // A failure is the worker's own error event, which its page hears.
  void done.then((result) => postMessage(result));
});
addEventListener('unhandledrejection', ({ reason }) => {
  throw reason;
});
