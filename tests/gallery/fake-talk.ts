/** Chat and files of a call that is only drawn: what a scene says was written, and what is written on top of it. */
import type {
  CallChat,
  CallFiles,
  ChatSnapshot,
  FilesSnapshot,
  ShownFile,
} from '../../extension/call/talk.ts';

export interface TalkScene {
  chat: ChatSnapshot;
  files: FilesSnapshot;
}

const silent: TalkScene = {
  chat: { messages: [], unread: 0, isTheyWriting: false, isGone: false },
  files: { files: [], unread: 0 },
};

function listeners() {
  const all = new Set<() => void>();
  return {
    changed: () => all.forEach((listener) => listener()),
    subscribe: (listener: () => void) => {
      all.add(listener);
      return () => void all.delete(listener);
    },
  };
}

function fakeChat(first: ChatSnapshot): CallChat {
  let snapshot = first;
  const { changed, subscribe } = listeners();
  return {
    get snapshot() {
      return snapshot;
    },
    subscribe,
    say(text) {
      const key = `me:${String(Date.now())}`;
      const message = {
        key,
        from: 'me',
        text,
        place: 1e6 + snapshot.messages.length,
        isSent: false,
      } as const;
      snapshot = { ...snapshot, messages: [...snapshot.messages, message] };
      changed();
      return true;
    },
    writing: () => undefined,
    read() {
      snapshot = { ...snapshot, unread: 0 };
      changed();
    },
  };
}

function fakeFiles(first: FilesSnapshot): CallFiles {
  let snapshot = first;
  const { changed, subscribe } = listeners();
  const put = (key: string, state: ShownFile['state']) => {
    snapshot = {
      ...snapshot,
      files: snapshot.files.map((file) => (file.key === key ? { ...file, state } : file)),
    };
    changed();
  };
  return {
    get snapshot() {
      return snapshot;
    },
    subscribe,
    send: () => true,
    take: (key) => put(key, { step: 'moving', bytes: 0, leftMs: null }),
    stop: (key) => put(key, { step: 'over', why: 'stopped-by-me' }),
    again: (key) => put(key, { step: 'offered', isFull: false }),
    save: () => Promise.resolve(null),
    open: () => Promise.resolve(null),
    read() {
      snapshot = { ...snapshot, unread: 0 };
      changed();
    },
  };
}

export const fakeTalk = ({ chat, files } = silent) => ({ chat: fakeChat(chat), files: fakeFiles(files) });
