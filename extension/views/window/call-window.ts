/** The call window, where no side panel can be. */
import { start } from '../ui/start.ts';
import CallWindow from './CallWindow.svelte';

void start('window', CallWindow);
