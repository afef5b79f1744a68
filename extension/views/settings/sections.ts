/** The sections of the settings, in their order. */
import Bell from '@lucide/svelte/icons/bell';
import KeyRound from '@lucide/svelte/icons/key-round';
import Keyboard from '@lucide/svelte/icons/keyboard';
import Link from '@lucide/svelte/icons/link';
import Lock from '@lucide/svelte/icons/lock';
import RadioTower from '@lucide/svelte/icons/radio-tower';
import User from '@lucide/svelte/icons/user';
import Video from '@lucide/svelte/icons/video';
import Activity from '@lucide/svelte/icons/activity';
import { backupWords } from '../ui/backup-words.ts';
import { pageWords } from '../ui/page-words.ts';
import { settingsWords } from '../ui/settings-words.ts';

export const sections = [
  { id: 'you', label: pageWords.settings.you, icon: User },
  { id: 'devices', label: pageWords.settings.devices, icon: Video },
  { id: 'ringing', label: pageWords.settings.ringing, icon: Bell },
  { id: 'privacy', label: pageWords.settings.privacy, icon: Lock },
  { id: 'relay', label: pageWords.settings.relay, icon: RadioTower },
  { id: 'invites', label: pageWords.settings.invites, icon: Link },
  { id: 'keys', label: pageWords.settings.shortcuts, icon: Keyboard },
  { id: 'backup', label: backupWords.title, icon: KeyRound },
  { id: 'check-up', label: settingsWords.checkUp.title, icon: Activity },
] as const;
