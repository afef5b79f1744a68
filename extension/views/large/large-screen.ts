/** What the other person shows, in a tab of its own. */
import { start } from '../ui/start.ts';
import LargeScreen from './LargeScreen.svelte';

void start('large', LargeScreen);
