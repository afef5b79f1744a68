import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CallQuality,
  type Quality,
  type Sample,
  sendingQuality,
  showQuality,
  takeSample,
  unknownQuality,
} from '../../extension/core/call-quality.ts';
import { countersOf, detailsOf, sampleOf, type Stat } from '../../extension/core/call-stats.ts';

const CALM: Sample = {
  roundTripMs: 30,
  lossOut: 0,
  lossIn: 0,
  jitterMs: 5,
  roomOutKbps: 2000,
  sendsPicture: true,
};
const over = (samples: Partial<Sample>[]) =>
  samples.map((each) => ({ ...CALM, ...each })).reduce(takeSample, unknownQuality);
const shown = (samples: Partial<Sample>[], told: Quality | null = null): CallQuality | null =>
  showQuality(over(samples), told);

describe('the quality of a call', () => {
  it('is unknown before the first sample, and good over a calm line', () => {
    expect(showQuality(unknownQuality, null)).toBeNull();
    expect(sendingQuality(unknownQuality)).toBeNull();
    expect(shown([{}])).toEqual({ level: 'good', weak: null });
  });

  it('gets worse after two samples in a row and better after four, so that a hiccup changes nothing', () => {
    const bad = { lossIn: 0.2 };
    expect(shown([{}, bad])?.level).toBe('good');
    expect(shown([{}, bad, {}, bad])?.level).toBe('good');
    expect(shown([{}, bad, bad])?.level).toBe('weak');
    expect(shown([{}, bad, bad, {}, {}, {}])?.level).toBe('weak');
    expect(shown([{}, bad, bad, {}, {}, {}, {}])?.level).toBe('good');
    expect(shown([{}, bad, bad, {}, {}, bad, {}, {}])?.level).toBe('weak');
  });

  it('goes no further than all of the samples in a row say', () => {
    expect(shown([{}, { lossIn: 0.2 }, { lossIn: 0.05 }])?.level).toBe('fair');
    expect(shown([{}, { lossIn: 0.05 }, { lossIn: 0.2 }])?.level).toBe('fair');
  });

  it.each<[string, Partial<Sample>, Quality]>([
    ['a long way there and back', { roundTripMs: 400 }, 'fair'],
    ['a very long way there and back', { roundTripMs: 900 }, 'weak'],
    ['unevenness', { jitterMs: 80 }, 'fair'],
    ['some loss on the way out', { lossOut: 0.05 }, 'fair'],
    ['much loss on the way out', { lossOut: 0.15 }, 'weak'],
    ['little room for a picture', { roomOutKbps: 300 }, 'fair'],
    ['no room for a picture', { roomOutKbps: 100 }, 'weak'],
    ['the same room, for a voice', { roomOutKbps: 100, sendsPicture: false }, 'good'],
    ['no room for a voice', { roomOutKbps: 20, sendsPicture: false }, 'weak'],
    [
      'nothing known',
      { roundTripMs: null, lossIn: null, lossOut: null, jitterMs: null, roomOutKbps: null },
      'good',
    ],
  ])('counts %s', (_, sample, level) => {
    expect(shown([sample])?.level).toBe(level);
  });

  it('names the weak side: mine for what I send, theirs for what comes or what they say', () => {
    expect(shown([{ lossOut: 0.2 }])?.weak).toBe('mine');
    expect(shown([{ lossIn: 0.2 }])?.weak).toBe('theirs');
    expect(shown([{}], 'weak')).toEqual({ level: 'weak', weak: 'theirs' });
    expect(shown([{ lossIn: 0.2, lossOut: 0.2 }])?.weak).toBe('mine');
    expect(shown([{ lossOut: 0.05 }])?.weak).toBeNull();
    expect(sendingQuality(over([{ lossOut: 0.2 }]))).toBe('weak');
    expect(sendingQuality(over([{ lossIn: 0.2 }]))).toBe('good');
  });

  it('never changes without two samples that say so', () => {
    const value = fc.record({
      lossIn: fc.constantFrom(0, 0.05, 0.2),
      lossOut: fc.constantFrom(0, 0.05, 0.2),
    });
    fc.assert(
      fc.property(fc.array(value, { minLength: 2, maxLength: 30 }), (samples) => {
        let before = shown(samples.slice(0, 1));
        samples.forEach((_, i) => {
          const now = shown(samples.slice(0, i + 1));
          if (now?.level !== before?.level) expect(i).toBeGreaterThanOrEqual(2);
          before = now;
        });
      }),
      { numRuns: 200 },
    );
  });
});

/** What Chromium reports, with the addresses it reports. */
const report = (
  given: { out?: number; lostOut?: number; in?: number; lostIn?: number; relay?: boolean } = {},
): Stat[] => [
  { id: 'T', type: 'transport', selectedCandidatePairId: 'P', dtlsCipher: 'x' },
  {
    id: 'P',
    type: 'candidate-pair',
    localCandidateId: 'L',
    remoteCandidateId: 'R',
    currentRoundTripTime: 0.042,
    availableOutgoingBitrate: 1_500_000,
  },
  {
    id: 'L',
    type: 'local-candidate',
    candidateType: given.relay ? 'relay' : 'host',
    address: '192.0.2.7',
    port: 50_123,
    url: 'turn:turn.example:3478',
    usernameFragment: 'abcd',
  },
  { id: 'R', type: 'remote-candidate', candidateType: 'prflx', address: '2001:db8::9', port: 61_000 },
  { id: 'C1', type: 'codec', mimeType: 'video/VP8', sdpFmtpLine: 'secret' },
  { id: 'C2', type: 'codec', mimeType: 'audio/opus' },
  {
    id: 'OV',
    type: 'outbound-rtp',
    kind: 'video',
    codecId: 'C1',
    packetsSent: given.out ?? 1000,
    frameWidth: 1280,
    frameHeight: 720,
    framesPerSecond: 30,
  },
  { id: 'OA', type: 'outbound-rtp', kind: 'audio', codecId: 'C2', packetsSent: 0 },
  { id: 'RV', type: 'remote-inbound-rtp', kind: 'video', packetsLost: given.lostOut ?? 0 },
  {
    id: 'IV',
    type: 'inbound-rtp',
    kind: 'video',
    codecId: 'C1',
    packetsReceived: given.in ?? 1000,
    packetsLost: given.lostIn ?? 0,
    jitter: 0.008,
    frameWidth: 640,
    frameHeight: 480,
    framesPerSecond: 20,
  },
];

describe('a sample', () => {
  it('is the difference of two looks at the counters', () => {
    const before = countersOf(report());
    const sample = sampleOf(report({ out: 1200, lostOut: 20, in: 1190, lostIn: 10 }), before);
    expect(sample).toEqual({
      roundTripMs: 42,
      lossOut: 0.1,
      lossIn: 0.05,
      jitterMs: 8,
      roomOutKbps: 1500,
      sendsPicture: true,
    });
  });

  it('says nothing about loss at the first look, or in a silence', () => {
    expect(sampleOf(report({ lostIn: 500 }), null)).toMatchObject({ lossIn: null, lossOut: null });
    const before = countersOf(report());
    expect(sampleOf(report({ in: 1003, lostIn: 1 }), before).lossIn).toBeNull();
  });

  it('is made of an empty report, or of nonsense, without a fault', () => {
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.string(), fc.anything())), (stats) => {
        const sample = sampleOf(stats, null);
        expect(showQuality(takeSample(unknownQuality, sample), null)).not.toBeNull();
        detailsOf(stats);
      }),
      { numRuns: 300 },
    );
  });
});

describe('the details of a call', () => {
  it('are codec, size, frame rate, round trip, loss and path', () => {
    expect(detailsOf(report({ lostIn: 10, in: 990 }))).toEqual({
      path: 'direct',
      roundTripMs: 42,
      lossOut: 0,
      lossIn: 0.01,
      pictureOut: { codec: 'VP8', width: 1280, height: 720, frameRate: 30 },
      pictureIn: { codec: 'VP8', width: 640, height: 480, frameRate: 20 },
      soundCodec: 'opus',
    });
    expect(detailsOf(report({ relay: true })).path).toBe('relayed');
    expect(detailsOf([]).path).toBeNull();
  });

  it('hold no address, port, server or key, whatever the browser reports', () => {
    const text = JSON.stringify(detailsOf(report({ relay: true })));
    for (const secret of ['192.0.2.7', '2001:db8', '50123', '61000', 'turn', 'abcd', 'secret'])
      expect(text).not.toContain(secret);
    const odd = report().map((stat) =>
      stat['id'] === 'C1' ? { ...stat, mimeType: 'video/192.0.2.7:99' } : stat,
    );
    expect(detailsOf(odd).pictureOut?.codec).toBeNull();
  });
});
