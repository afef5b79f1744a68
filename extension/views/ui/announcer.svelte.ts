/** What is said aloud to those who listen to the screen, besides what is drawn. */
class Announcer {
  text = $state('');

  /** Says it politely, also when it is the same as before. */
  say(text: string): void {
    this.text = '';
    setTimeout(() => (this.text = text), 50);
  }
}

export const announcer = new Announcer();
