/** How loud a microphone is, for a meter. It is heard through a copy of its track, so also while it is muted. */

/** Loudness at which the meter is full, as the root mean square of the samples. */
const FULL_RMS = 0.25;

export class Level {
  /** 0 to 1. */
  value = $state(0);

  /** Listens until `signal` aborts. */
  listen(microphone: MediaStreamTrack, signal: AbortSignal): void {
    if (signal.aborted) return;
    const ear = microphone.clone();
    ear.enabled = true;
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    context.createMediaStreamSource(new MediaStream([ear])).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const measure = () => {
      if (signal.aborted) {
        this.value = 0;
        ear.stop();
        return void context.close();
      }
      analyser.getFloatTimeDomainData(samples);
      const rms = Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
      this.value = Math.min(1, Math.sqrt(rms / FULL_RMS));
      requestAnimationFrame(measure);
    };
    measure();
  }
}
