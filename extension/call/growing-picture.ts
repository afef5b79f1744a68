/** Has `core/picture-growth.ts` look after a sender of video: here are its reports and its limit. */
import { atEase, grow, type Sending } from '../core/picture-growth.ts';

/** How often the sender is asked, in milliseconds. */
const ASK_MS = 1000;

/** @returns what ends it. */
export function keepGrowing(sender: RTCRtpSender): () => void {
  let growth = atEase;
  const look = async (): Promise<void> => {
    const sending = await sendingOf(sender);
    const { limit } = growth;
    growth = sending ? grow(growth, sending, Date.now()) : atEase;
    if (growth.limit !== limit) await setLimit(sender, growth.limit);
  };
  // A connection that closes meanwhile reports nothing, and needs no limit.
  const timer = setInterval(() => void look().catch(() => undefined), ASK_MS);
  return () => clearInterval(timer);
}

async function sendingOf(sender: RTCRtpSender): Promise<Sending | null> {
  type Report = { type: string; qualityLimitationReason?: string; targetBitrate?: number };
  const stats = (await sender.getStats()) as ReadonlyMap<string, Report>;
  const report = [...stats.values()].find(({ type }) => type === 'outbound-rtp');
  if (report?.targetBitrate === undefined) return null;
  return { isNarrow: report.qualityLimitationReason === 'bandwidth', target: report.targetBitrate };
}

async function setLimit(sender: RTCRtpSender, bits: number): Promise<void> {
  const parameters = sender.getParameters();
  const [encoding] = parameters.encodings;
  if (!encoding) return;
  encoding.maxBitrate = bits;
  await sender.setParameters(parameters);
}
