/** The sheet of camera and sound: opened from a menu and from notes, drawn once for the call's screen. */
class DevicesSheetState {
  isOpen = $state(false);
  /** It is read when it is first wanted. */
  wasOpen = $state(false);

  show(): void {
    this.isOpen = this.wasOpen = true;
  }
}

export const devicesSheet = new DevicesSheetState();
