/** How every page begins: it says hello, reads what is stored, finds the host, and is drawn once. */
import { type Component, mount } from 'svelte';
import { send } from '../../messages.ts';
import { calls } from './calls.svelte.ts';
import { direction, locale } from './locale.ts';
import { people } from './people.svelte.ts';
import { learnPlace, learnWindow, surface, type ViewName } from './surface.ts';
import './tokens.css';
import './components.css';
import './screens.css';

/** Draws `Root` into the body as page `view`. Everything it began ends on `pagehide`. */
export async function start(view: ViewName, Root: Component): Promise<void> {
  const life = new AbortController();
  addEventListener('pagehide', () => life.abort(), { once: true });
  surface.view = view;
  document.documentElement.lang = locale;
  document.documentElement.dir = direction;
  void send('background', 'view.hello', { view }).catch(() => undefined);
  if (view !== 'welcome' && view !== 'settings') calls.start(life.signal);
  const learned = Promise.all([learnPlace(), learnWindow()]).catch(() => undefined);
  await Promise.all([people.start(life.signal), learned]);
  mount(Root, { target: document.body });
}
