/** A sheet or menu that is read when it is first wanted, and then only opened and closed. */
export class Sheet {
  isOpen = $state(false);
  wasOpen = $state(false);

  show = (): void => {
    this.isOpen = this.wasOpen = true;
  };
  close(): void {
    this.isOpen = false;
  }
}

/** The sheet of camera and sound: opened from a menu, from notes and while it rings, drawn once for the call's screen. */
export const devicesSheet = new Sheet();
