/** The browser of every unit test speaks English, as in Britain. */
import { speaking } from '../catalogues.ts';

Object.assign(globalThis, { chrome: { i18n: { getMessage: speaking('en') } } });
if (!('navigator' in globalThis)) Object.assign(globalThis, { navigator: { languages: ['en-GB'] } });
