import { describe, expect, it } from 'vitest';
import {
  byPreference,
  describeStereo,
  START_KILOBITS,
  tuneDescription,
} from '../../extension/core/description.ts';

const lines = (...all: string[]): string => all.map((line) => `${line}\r\n`).join('');
const START = `x-google-start-bitrate=${String(START_KILOBITS)}`;

describe('a description that came', () => {
  it('begins pictures with a bitrate that lets the first one through', () => {
    const sdp = lines('m=video 9 UDP/TLS/RTP/SAVPF 96', 'a=rtpmap:96 VP8/90000', 'a=rtcp-fb:96 nack');
    expect(tuneDescription(sdp)).toBe(
      lines(
        'm=video 9 UDP/TLS/RTP/SAVPF 96',
        'a=rtpmap:96 VP8/90000',
        `a=fmtp:96 ${START}`,
        'a=rtcp-fb:96 nack',
      ),
    );
  });

  it('keeps what the format says already', () => {
    const sdp = lines('a=rtpmap:98 VP9/90000', 'a=fmtp:98 profile-id=0');
    expect(tuneDescription(sdp)).toBe(lines('a=rtpmap:98 VP9/90000', `a=fmtp:98 profile-id=0;${START}`));
  });

  it('asks Opus for error correction and for silence that costs nothing, once', () => {
    const sdp = lines('a=rtpmap:111 opus/48000/2', 'a=fmtp:111 minptime=10;useinbandfec=0');
    const tuned = lines('a=rtpmap:111 opus/48000/2', 'a=fmtp:111 minptime=10;useinbandfec=1;usedtx=1');
    expect(tuneDescription(sdp)).toBe(tuned);
    expect(tuneDescription(tuned)).toBe(tuned);
  });

  it('leaves retransmission, redundancy and everything else alone', () => {
    const sdp = lines(
      'v=0',
      'a=fingerprint:sha-256 AA:BB',
      'a=rtpmap:97 rtx/90000',
      'a=fmtp:97 apt=96',
      'a=rtpmap:63 red/48000/2',
      'a=fmtp:63 111/111',
      'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
    );
    expect(tuneDescription(sdp)).toBe(sdp);
  });
});

describe('the sound of a screen', () => {
  const voice = ['m=audio 9 UDP/TLS/RTP/SAVPF 111', 'a=rtpmap:111 opus/48000/2'];
  const opus = 'a=fmtp:111 minptime=10;useinbandfec=1';
  const offer = lines('v=0', ...voice, opus, 'm=video 9 UDP/TLS/RTP/SAVPF 96', ...voice, opus);

  it('is played on both sides, which this side says of the second description of sound alone', () => {
    expect(describeStereo(offer)).toBe(
      lines(
        'v=0',
        ...voice,
        opus,
        'm=video 9 UDP/TLS/RTP/SAVPF 96',
        ...voice,
        `${opus};stereo=1;sprop-stereo=1`,
      ),
    );
    expect(describeStereo(describeStereo(offer))).toBe(describeStereo(offer));
  });

  it('is sent as music is, and the voice as a voice', () => {
    const [, first, second] = tuneDescription(offer).split('m=audio');
    expect(first).toContain('a=fmtp:111 minptime=10;useinbandfec=1;usedtx=1');
    expect(second).toContain('a=fmtp:111 minptime=10;useinbandfec=1;stereo=1;maxaveragebitrate=128000');
    expect(second).not.toContain('usedtx');
  });
});

describe('codecs', () => {
  it('are offered with the one whose first picture is earliest in front, and none is left out', () => {
    const codecs = ['video/AV1', 'video/rtx', 'video/H264', 'video/VP9', 'video/red', 'video/VP8'];
    const ordered = byPreference(codecs.map((mimeType) => ({ mimeType })));
    expect(ordered.map(({ mimeType }) => mimeType)).toEqual([
      'video/VP8',
      'video/VP9',
      'video/H264',
      'video/AV1',
      'video/rtx',
      'video/red',
    ]);
  });
});
