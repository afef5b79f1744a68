/** Three soft notes on a speaker, so that its person hears whether it is the right one. */
const NOTES_HZ = [523.25, 659.25, 783.99];
const NOTE_S = 0.22;

/** @param sinkId of a speaker; empty for what the computer uses @returns when it has been played */
export async function playTestSound(sinkId: string): Promise<void> {
  const context = new AudioContext();
  const speaker = context as unknown as { setSinkId?(id: string): Promise<void> };
  if (sinkId !== '') await speaker.setSinkId?.(sinkId).catch(() => undefined);
  NOTES_HZ.forEach((hz, nth) => {
    const at = context.currentTime + 0.05 + nth * NOTE_S;
    const note = context.createOscillator();
    const shape = context.createGain();
    note.frequency.value = hz;
    shape.gain.setValueAtTime(0, at);
    shape.gain.linearRampToValueAtTime(0.4, at + 0.02);
    shape.gain.exponentialRampToValueAtTime(0.001, at + NOTE_S * 2);
    note.connect(shape).connect(context.destination);
    note.start(at);
    note.stop(at + NOTE_S * 2);
  });
  await new Promise((resolve) => setTimeout(resolve, (NOTES_HZ.length + 2) * NOTE_S * 1000));
  await context.close();
}
