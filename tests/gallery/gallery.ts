/** Shows one view in one scene, or the list of all. */
import { type Catalogue, packed } from '../../_locales/compile.ts';
import { Later } from '../../extension/views/ui/later.svelte.ts';
import { fakeHost } from './fake-host.ts';
import { scene, scenes } from './scenes.ts';

const VIEWS = {
  popup: () => import('../../extension/views/popup/popup.ts'),
  panel: () => import('../../extension/views/panel/panel.ts'),
  window: () => import('../../extension/views/window/call-window.ts'),
  large: () => import('../../extension/views/large/large-screen.ts'),
  pip: () =>
    Promise.all([
      import('../../extension/views/ui/start.ts'),
      import('../../extension/views/ui/PictureCall.svelte'),
    ]).then(([{ start }, { default: PictureCall }]) => start('window', PictureCall)),
  welcome: () => import('../../extension/views/welcome/welcome.ts'),
  settings: () => import('../../extension/views/settings/settings.ts'),
};
type View = keyof typeof VIEWS;
const isView = (name: string | null): name is View => name !== null && Object.hasOwn(VIEWS, name);

function listScenes(): void {
  for (const view of ['popup', 'panel', 'window', 'pip'])
    for (const name of Object.keys(scenes)) {
      const link = document.createElement('a');
      link.href = `?view=${view}&scene=${name}`;
      link.textContent = `${view}: ${name}`;
      link.style.display = 'block';
      document.body.append(link);
    }
}

const asked = new URLSearchParams(location.search);
const view = asked.get('view');
const language = asked.get('locale') ?? 'en';
const catalogues = import.meta.glob<Catalogue>('../../_locales/*/messages.json', { import: 'default' });
const messages = packed((await catalogues[`../../_locales/${language}/messages.json`]?.()) ?? {});
Object.defineProperty(navigator, 'languages', { get: () => (language === 'en' ? ['en-GB'] : [language]) });
window.sidecallHost = fakeHost(scene.calls ?? [], scene.hindrance ?? null, scene.talk);
Object.assign(globalThis, {
  chrome: {
    extension: { getViews: () => [window] },
    i18n: { getMessage: (key: string) => messages[key]?.message ?? '' },
    sidePanel: { open: async () => console.log('side panel') },
    commands: {
      getAll: async () => [
        { name: '_execute_action', shortcut: 'Alt+C' },
        { name: 'answer', shortcut: 'Alt+A' },
        { name: 'hang-up', shortcut: 'Alt+H' },
        { name: 'beside-tab', shortcut: 'Alt+S' },
        { name: 'mute', shortcut: '' },
      ],
    },
    action: { openPopup: async () => console.log('popup') },
  },
});
// What comes later in a view is there from the first moment.
const screens = Object.values(await import('../../extension/views/ui/screens.ts'));
await Promise.all(screens.map((each) => (each instanceof Later ? each.fetch() : each())));
if (isView(view)) await VIEWS[view]();
else listScenes();
