import { describe, expect, it } from 'vitest';
import { parseControl } from '../../extension/core/control-message.ts';
import { forScreens } from '../../extension/core/description.ts';
import { carriedBy, MEDIA_LINES } from '../../extension/core/media-lines.ts';
import {
  NOTHING_SHOWN,
  type OwnShare,
  seenOf,
  shareFaultOf,
  type ShareEvent,
  stepShare,
  surfaceOf,
} from '../../extension/core/share.ts';

const after = (...events: ShareEvent[]): OwnShare => events.reduce(stepShare, NOTHING_SHOWN);
const ASK: ShareEvent = { type: 'ask' };
const GOT: ShareEvent = { type: 'got', held: false, surface: 'screen', sound: true };

describe('what Alice shows', () => {
  it('is nothing while she is still choosing', () => {
    expect(after(ASK)).toEqual({ step: 'choosing' });
    expect(seenOf(after(ASK))).toBeNull();
  });

  it('is what she chose, and Bob hears which kind it is', () => {
    expect(seenOf(after(ASK, GOT))).toEqual({ surface: 'screen', sound: true });
  });

  it('is nothing, without a word, if she chose nothing; she may ask again', () => {
    expect(after(ASK, { type: 'refused', fault: null })).toEqual(NOTHING_SHOWN);
    expect(after(ASK, { type: 'refused', fault: null }, ASK, GOT)).toMatchObject({ step: 'on' });
  });

  it('says why the computer refused until she asks again or has read it', () => {
    const refused = after(ASK, { type: 'refused', fault: 'forbidden' });
    expect(refused).toEqual({ step: 'off', fault: 'forbidden' });
    expect(stepShare(refused, { type: 'stop' })).toEqual(NOTHING_SHOWN);
    expect(stepShare(refused, ASK)).toEqual({ step: 'choosing' });
  });

  it('is asked for once: a second question while one is open, or while something is shown, changes nothing', () => {
    expect(after(ASK, ASK)).toEqual({ step: 'choosing' });
    expect(after(ASK, GOT, ASK)).toEqual(after(ASK, GOT));
  });

  it('that comes after she stopped is not shown', () => {
    expect(after(ASK, { type: 'stop' }, GOT)).toEqual(NOTHING_SHOWN);
  });

  it('is kept, and seen by nobody, on hold', () => {
    const held = after(ASK, GOT, { type: 'hold', on: true });
    expect(held).toEqual({ step: 'paused', surface: 'screen', sound: true });
    expect(seenOf(held)).toBeNull();
    expect(stepShare(held, { type: 'hold', on: false })).toEqual(after(ASK, GOT));
    expect(stepShare(held, { type: 'stop' })).toEqual(NOTHING_SHOWN);
  });

  it('is not begun by a hold that ends', () => {
    expect(after({ type: 'hold', on: false })).toBe(NOTHING_SHOWN);
    expect(after(ASK, { type: 'hold', on: true })).toEqual({ step: 'choosing' });
  });

  it('may become another kind when she switches in the browser’s own bar', () => {
    expect(seenOf(after(ASK, GOT, { type: 'switched', surface: 'tab' }))?.surface).toBe('tab');
    expect(after({ type: 'switched', surface: 'tab' })).toBe(NOTHING_SHOWN);
  });
});

describe('the browser’s words', () => {
  it('for what was chosen become ours', () => {
    expect(['monitor', 'window', 'browser', undefined].map(surfaceOf)).toEqual([
      'screen',
      'window',
      'tab',
      'tab',
    ]);
  });

  it('for nothing chosen are no fault; those of the computer and of a failed capture are', () => {
    expect(shareFaultOf('NotAllowedError', 'Permission denied')).toBeNull();
    expect(shareFaultOf('NotAllowedError', 'Permission denied by user')).toBeNull();
    expect(shareFaultOf('AbortError', '')).toBeNull();
    expect(shareFaultOf('NotAllowedError', 'Permission denied by system')).toBe('forbidden');
    expect(shareFaultOf('NotReadableError', 'Could not start video source')).toBe('failed');
  });
});

describe('what the other side says it shows', () => {
  const share = (shown: unknown): string => JSON.stringify({ v: 1, type: 'share', shown });
  it('is a kind and whether it sounds, or nothing', () => {
    expect(parseControl(share({ surface: 'tab', sound: false }))).toEqual({
      type: 'share',
      shown: { surface: 'tab', sound: false },
    });
    expect(parseControl(share(null))).toEqual({ type: 'share', shown: null });
  });

  it('is not heard if it is anything else', () => {
    for (const shown of [undefined, 'screen', {}, { surface: 'camera', sound: true }, { surface: 'tab' }, []])
      expect(parseControl(share(shown)), JSON.stringify(shown)).toBeNull();
  });
});

describe('the media descriptions of a link', () => {
  it('carry microphone, camera, screen and its sound, told apart by their order', () => {
    expect(carriedBy(MEDIA_LINES.map(({ kind }) => kind))).toEqual([
      'audio',
      'video',
      'screen',
      'screen-sound',
    ]);
    expect(carriedBy(['video', 'video', 'audio', 'audio'])).toEqual([
      'video',
      'screen',
      'audio',
      'screen-sound',
    ]);
  });

  it('beyond those carry nothing, and fewer are enough for a call', () => {
    expect(carriedBy(['audio', 'audio', 'audio', 'video', 'video', 'video', 'text'])).toEqual([
      'audio',
      'screen-sound',
      null,
      'video',
      'screen',
      null,
      null,
    ]);
    expect(carriedBy(['audio', 'video'])).toEqual(['audio', 'video']);
  });

  it('are told apart in one pass, however many somebody writes', () => {
    const many = carriedBy(Array.from({ length: 200_000 }, () => 'video'));
    expect(many.filter((each) => each !== null)).toEqual(['video', 'screen']);
  });

  it('offer few codecs for a screen, the one that is best at text in front', () => {
    const codecs = [
      { mimeType: 'video/VP8' },
      { mimeType: 'video/rtx' },
      { mimeType: 'video/VP9', sdpFmtpLine: 'profile-id=0' },
      { mimeType: 'video/VP9', sdpFmtpLine: 'profile-id=2' },
      { mimeType: 'video/AV1' },
      { mimeType: 'video/red' },
    ];
    expect(forScreens(codecs)).toEqual([codecs[2], codecs[0], codecs[1], codecs[5]]);
    expect(forScreens([{ mimeType: 'audio/PCMU' }, { mimeType: 'audio/opus' }])).toEqual([
      { mimeType: 'audio/opus' },
    ]);
  });
});
