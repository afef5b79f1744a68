/** The settings page. */
import { start } from '../ui/start.ts';
import Settings from './Settings.svelte';

void start('settings', Settings);
