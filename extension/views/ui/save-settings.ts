import { send } from '../../messages.ts';
import type { Settings } from '../../storage.ts';

/** Changes some of the settings, at once. */
export const saveSettings = (change: Partial<Settings>) => send('background', 'settings.save', { change });
