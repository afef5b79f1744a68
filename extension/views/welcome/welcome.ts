/** The welcome page, the one place that asks for camera and microphone. */
import { start } from '../ui/start.ts';
import Welcome from './Welcome.svelte';

void start('welcome', Welcome);
