/**
 * What views see of what two people write and send each other in a call. Each has snapshots of its own, beside those of the
 * call: a file that comes changes several times a second. A view finds both on the `Call` (`call-host.ts`).
 */
import type { IncomingEnd } from '../core/incoming.ts';
import type { OutgoingEnd } from '../core/outgoing.ts';

export interface ShownMessage {
  readonly key: string;
  readonly from: 'me' | 'them';
  readonly text: string;
  /** Where it stands among messages and files of this call. */
  readonly place: number;
  /** Whether the other side has it; always true for theirs. */
  readonly isSent: boolean;
}

export interface ChatSnapshot {
  /** Oldest first; none any more once the call is over. */
  readonly messages: readonly ShownMessage[];
  readonly unread: number;
  /** The other side is writing. */
  readonly isTheyWriting: boolean;
  /** There were messages, and the call is over. */
  readonly isGone: boolean;
}

export interface CallChat {
  readonly snapshot: ChatSnapshot;
  /** Calls `listener` after every change. @returns what ends it; views do so on `pagehide`. */
  subscribe(listener: () => void): () => void;
  /** @returns whether it was taken: not if it is empty, or too much at once. */
  say(text: string): boolean;
  /** This person is writing, or has stopped to. */
  writing(on: boolean): void;
  /** This person has seen all of it. */
  read(): void;
}

export type FileState =
  /** Waits for its turn to be offered. */
  | { readonly step: 'queued' }
  /** `isFull`: it was wanted, but there is no room here. */
  | { readonly step: 'offered'; readonly isFull: boolean }
  | {
      readonly step: 'moving';
      /** How much is on the receiver's disk. */
      readonly bytes: number;
      /** How long the rest takes, in ms; null while that can't be said. */
      readonly leftMs: number | null;
    }
  | { readonly step: 'done'; readonly isSaved: boolean }
  | { readonly step: 'over'; readonly why: OutgoingEnd | IncomingEnd };

export interface ShownFile {
  readonly key: string;
  readonly from: 'me' | 'them';
  /** Cleaned: safe to show and to save under. */
  readonly name: string;
  readonly size: number;
  readonly place: number;
  readonly state: FileState;
}

export interface FilesSnapshot {
  /** Oldest first. */
  readonly files: readonly ShownFile[];
  readonly unread: number;
}

/** A file that has come, for an `<a download>` or a tab. */
export interface FileLink {
  /** Good while the file is kept. */
  readonly href: string;
  readonly name: string;
}

export interface CallFiles {
  readonly snapshot: FilesSnapshot;
  /** Calls `listener` after every change. @returns what ends it; views do so on `pagehide`. */
  subscribe(listener: () => void): () => void;
  /** Offers files to the other person. @returns whether there was room for all of them in the list. */
  send(files: readonly File[]): boolean;
  /** Wants a file. */
  take(key: string): void;
  /** Does not want a file, or no more of it, whoever sends it. */
  stop(key: string): void;
  /** Offers a file again that did not get through. */
  again(key: string): void;
  /** @returns what to save a file by that has come whole; null if there is none. */
  save(key: string): Promise<FileLink | null>;
  /** @returns what to show it by in a tab; null if the browser can't, or must not. */
  open(key: string): Promise<FileLink | null>;
  /** This person has seen all of them. */
  read(): void;
}
