/** The side panel, beside whichever tab is shown. */
import { start } from '../ui/start.ts';
import Panel from './Panel.svelte';

void start('panel', Panel);
