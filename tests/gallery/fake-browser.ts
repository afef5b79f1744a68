/** The parts of the WebExtension API that views use, with storage that holds what the scene puts there. */
import { scene } from './scenes.ts';

type Listener = (changes: Record<string, { newValue?: unknown }>, area: string) => void;

const stored: Record<string, unknown> = { ...scene.stored };
const listeners = new Set<Listener>();

const area = (name: string) => ({
  get: async (key: string) => (key in stored ? { [key]: stored[key] } : {}),
  set: async (values: Record<string, unknown>) => {
    Object.assign(stored, values);
    for (const [key, newValue] of Object.entries(values))
      listeners.forEach((listen) => listen({ [key]: { newValue } }, name));
  },
});

async function answer({ type, ask }: { type: string; ask: Record<string, unknown> }): Promise<unknown> {
  console.log('message', type, ask);
  switch (type) {
    case 'invite.get':
      return {
        link: 'http://127.0.0.1:8787/i#Yk3Qv0b8mXcT1uPzR5wLh2sNd7gJf4aEo9iKxVtBqCM.maple',
        until: Date.now() + 7 * 86_400_000,
      };
    case 'invite.read':
      return scene.invite;
    case 'settings.save':
      await area('local').set({
        settings: { ...(stored['settings'] as object), ...(ask['change'] as object) },
      });
      return { ok: true };
    default:
      return { ok: true };
  }
}

export default {
  runtime: {
    id: 'gallery',
    getURL: (path: string) => `/${path}`,
    getManifest: () => ({ version: '0.1.0' }),
    sendMessage: async (message: { type: string; ask: Record<string, unknown> }) => ({
      reply: await answer(message),
    }),
    onMessage: { addListener: () => undefined },
  },
  storage: {
    local: area('local'),
    session: area('session'),
    onChanged: {
      addListener: (listener: Listener) => listeners.add(listener),
      removeListener: (listener: Listener) => listeners.delete(listener),
    },
  },
  windows: { getCurrent: async () => ({ id: 1, type: 'normal' }) },
  tabs: {
    create: async ({ url }: { url: string }) => console.log('tab', url),
    getCurrent: async () => ({ id: 1 }),
    query: async () => [{ id: 2, width: 1280, height: 720 }],
    remove: async () => undefined,
  },
};
