import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Call } from '../../extension/call/call-host.ts';
import type { ShareWish } from '../../extension/call/screen-capture.ts';
import { clickedTab, mayShareTab, shareTab } from '../../extension/views/ui/share-tab.ts';

const tabs = vi.hoisted(() => ({ query: () => Promise.resolve<object[]>([]) }));
vi.mock('webextension-polyfill', () => ({ default: { tabs } }));

const shared: ShareWish[] = [];
const call = { share: (wish: ShareWish) => void shared.push(wish) } as unknown as Call;
const TAB = { id: 7, width: 2400, height: 1386 };

beforeEach(() => {
  shared.length = 0;
  vi.stubGlobal('devicePixelRatio', 2);
  vi.stubGlobal('chrome', {});
});

describe('"Share this tab"', () => {
  it('is about the tab under the popup, as large as it is in the pixels of the screen', async () => {
    tabs.query = () => Promise.resolve([{ id: 7, width: 1200, height: 693 }]);
    expect(await clickedTab()).toEqual(TAB);
    tabs.query = () => Promise.resolve([]);
    expect(await clickedTab()).toBeNull();
  });

  it('is asked for first, unless the browser has allowed it', () => {
    expect(mayShareTab()).toBe(false);
    vi.stubGlobal('chrome', { tabCapture: {} });
    expect(mayShareTab()).toBe(true);
  });

  it('shows the tab at once', async () => {
    vi.stubGlobal('chrome', { tabCapture: { getMediaStreamId: () => Promise.resolve('a stream') } });
    await shareTab(call, TAB);
    expect(shared).toEqual([{ by: 'tab', streamId: 'a stream', width: 2400, height: 1386 }]);
  });

  it('opens the picker at its tabs where this one can’t be captured', async () => {
    const refuse = () => Promise.reject(new Error('Chrome pages cannot be captured.'));
    vi.stubGlobal('chrome', { tabCapture: { getMediaStreamId: refuse } });
    await shareTab(call, TAB);
    expect(shared).toEqual([{ by: 'picker', prefers: 'tab' }]);
  });
});
