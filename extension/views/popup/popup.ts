/** The popup of the toolbar icon. */
import { start } from '../ui/start.ts';
import Popup from './Popup.svelte';

void start('popup', Popup);
