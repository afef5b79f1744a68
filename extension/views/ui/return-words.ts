/** Every word of going back into a call that the browser died in. */
import { plain, sentences } from './sentences.ts';
export const returnWords = sentences('return', {
  title: (name: string) => ({ name }),
  waiting: plain,
  goBack: plain,
});
