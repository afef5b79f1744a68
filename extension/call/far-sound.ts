/** The other's voice, played once for all views, on the speaker this person chose. */

/** @param sinkId of a speaker (Audio Output Devices API); empty for what the computer uses. One that is gone changes nothing. */
export function playOn(player: HTMLAudioElement, sinkId: string): void {
  if (player.sinkId !== sinkId) player.setSinkId(sinkId).catch(() => undefined);
}

export class FarSound {
  readonly #stream = new MediaStream();
  readonly player = new Audio();

  set muted(muted: boolean) {
    this.player.muted = muted;
  }

  /** Takes the place of the track before it. */
  take(track: MediaStreamTrack): void {
    for (const old of this.#stream.getTracks()) this.#stream.removeTrack(old);
    this.#stream.addTrack(track);
  }

  /** @param isHeard without it the loudspeaker is opened, and nothing is heard: opened late it would swallow the first word */
  play(isHeard: boolean): void {
    this.player.volume = isHeard ? 1 : 0;
    if (this.player.srcObject === this.#stream) return;
    this.player.srcObject = this.#stream;
    document.body.append(this.player);
    // Interrupted only by a new source, which is played in its turn.
    this.player.play().catch(() => undefined);
  }

  close(): void {
    this.player.srcObject = null;
    this.player.remove();
  }
}
