/** This person's live invite, asked of the background when a screen shows it. */
import { send } from '../../messages.ts';

export class OwnInvite {
  link = $state('');
  failed = $state(false);

  async load(fresh = false): Promise<string> {
    try {
      this.link = (await send('background', 'invite.get', { fresh })).link;
      this.failed = false;
    } catch {
      this.failed = true;
    }
    return this.link;
  }

  /** @returns the link, asked for now if it is not here yet. */
  text = async (): Promise<string> => this.link || this.load();
}
