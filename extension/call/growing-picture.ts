/** Has `core/picture-growth.ts` look after a sender of video: here are its reports and its limit. */
import { atEase, grow, type Sending } from '../core/picture-growth.ts';

/** How often the sender is asked, in milliseconds. */
const ASK_MS = 1000;

/** @param setLimit sets the sender's highest bitrate, in bits a second @returns what ends it. */
export function keepGrowing(sender: RTCRtpSender, setLimit: (bits: number) => void): () => void {
  let growth = atEase;
  const look = async (): Promise<void> => {
    const sending = await sendingOf(sender);
    const { limit } = growth;
    growth = sending ? grow(growth, sending, Date.now()) : atEase;
    if (growth.limit !== limit) setLimit(growth.limit);
  };
  // A connection that closes meanwhile reports nothing, and needs no limit.
  const timer = setInterval(() => void look().catch(() => undefined), ASK_MS);
  return () => clearInterval(timer);
}

/** What is read of a sender's report (webrtc-stats, `RTCOutboundRtpStreamStats`). */
interface Report {
  type: string;
  framesSent?: number;
  qualityLimitationReason?: string;
  targetBitrate?: number;
}

export async function reportOf(sender: RTCRtpSender): Promise<Report | undefined> {
  const stats = (await sender.getStats()) as ReadonlyMap<string, Report>;
  return [...stats.values()].find(({ type }) => type === 'outbound-rtp');
}

async function sendingOf(sender: RTCRtpSender): Promise<Sending | null> {
  const report = await reportOf(sender);
  if (report?.targetBitrate === undefined) return null;
  return { isNarrow: report.qualityLimitationReason === 'bandwidth', target: report.targetBitrate };
}
