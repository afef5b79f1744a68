/** Hands a file that has come to the browser's downloads, which need no permission for it. */
import type { FileLink } from './talk.ts';

export function saveFile({ href, name }: FileLink): void {
  const link = document.createElement('a');
  link.href = href;
  link.download = name;
  link.click();
}
