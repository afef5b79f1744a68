import { describe, expect, it } from 'vitest';
import { actOf, isCommand, opensPanel } from '../../extension/core/command.ts';
import { movedCorner, nearestCorner } from '../../extension/core/corners.ts';
import { choicesOf, escapeXml, suggest } from '../../extension/core/find-people.ts';
import { mayOpenDocument, popOutOf } from '../../extension/core/picture-in-picture.ts';
import type { CallSummary, Contact } from '../../extension/storage.ts';
import { type Address, toBase64url } from '../../relay/protocol.ts';
import { BOB, newId } from './two-people.ts';

const call = (phase: CallSummary['phase']): CallSummary => ({
  id: newId(),
  peer: BOB,
  direction: 'in',
  kind: 'video',
  phase,
  since: 1,
});

describe('a key pressed in any tab', () => {
  const [rings, talks, over] = [call('incoming'), call('active'), call('ended')];

  it('answers what rings, and does nothing where nothing rings', () => {
    expect(actOf('answer', [talks, rings])).toEqual({ do: 'answer', call: rings.id });
    expect(actOf('answer', [talks, over])).toEqual({ do: 'nothing' });
  });

  it('declines what rings before it hangs up what goes on', () => {
    expect(actOf('hang-up', [talks, rings])).toEqual({ do: 'decline', call: rings.id });
    expect(actOf('hang-up', [over, talks])).toEqual({ do: 'hang-up', call: talks.id });
    expect(actOf('hang-up', [call('calling')])).toMatchObject({ do: 'hang-up' });
    expect(actOf('hang-up', [over])).toEqual({ do: 'nothing' });
  });

  it('mutes the call that goes on, not the one that rings', () => {
    expect(actOf('mute', [rings, talks])).toEqual({ do: 'mute', call: talks.id });
    expect(actOf('mute', [rings])).toEqual({ do: 'nothing' });
  });

  it('opens the panel for what is to be looked at, and for nothing else', () => {
    const opened = (['answer', 'hang-up', 'beside-tab', 'mute'] as const).filter((command) =>
      opensPanel(actOf(command, [rings, talks])),
    );
    expect(opened).toEqual(['answer', 'beside-tab']);
    expect(opensPanel(actOf('answer', [talks]))).toBe(false);
    expect(isCommand('toString')).toBe(false);
  });
});

let last = 0;
const contact = (name: string, more: Partial<Contact> = {}): Contact => ({
  address: toBase64url(new Uint8Array(32).fill(++last)) as Address,
  name,
  relay: 'relay.example',
  addedAt: last,
  bond: { state: 'mutual' },
  checkedAt: null,
  lastSeenAt: null,
  claim: null,
  blockedAt: null,
  unblockedAt: null,
  ...more,
});

describe('a name typed in the address bar', () => {
  const choices = (...contacts: Contact[]) => choicesOf(contacts, (text) => `${text}, sound only`);
  const found = (typed: string, ...contacts: Contact[]) =>
    suggest(choices(...contacts), typed).map(({ text }) => text);

  it('finds whoever it begins first, then words, then the rest, whatever the accents', () => {
    const people = [contact('Olga Tomas'), contact('Atoms'), contact('Tomás Vega')];
    expect(found('tom', ...people)).toEqual(['Tomás Vega', 'Tomás Vega, sound only', 'Olga Tomas', 'Atoms']);
    expect(found('nadia', ...people)).toEqual([]);
  });

  it('means one line alone once that line has been chosen', () => {
    const people = [contact('Mara'), contact('Mara'), contact('Maradona')];
    const all = choices(...people);
    for (const { text, peer, kind } of all) expect(suggest(all, text)[0]).toMatchObject({ peer, kind });
    expect(all.map(({ text }) => text)).toEqual([
      'Mara',
      'Mara, sound only',
      'Mara 2',
      'Mara 2, sound only',
      'Maradona',
      'Maradona, sound only',
    ]);
  });

  it('finds nobody who can’t be rung: blocked, not yet there, or only by the name of another', () => {
    const claim = { of: BOB, by: 'them', choice: 'open' } as const;
    const people = [
      contact('Mara', { blockedAt: 1 }),
      contact('Mara', { bond: { state: 'refused', reason: 'used' } }),
      contact('Mara', { claim }),
      contact('Mara Compared', { claim: { ...claim, choice: 'compare' } }),
    ];
    expect(found('mara', ...people)).toEqual(['Mara Compared', 'Mara Compared, sound only']);
  });

  it('offers a handful, however many there are', () => {
    const many = Array.from({ length: 500 }, (_, n) => contact(`Mara ${String(n)}`));
    expect(found('mara', ...many)).toHaveLength(6);
  });

  it('is shown as text, never read as markup', () => {
    expect(escapeXml(`<url>&"'\u{D800}\u{1F600}\u0001`)).toBe('&#60;url&#62;&#38;&#34;&#39;\u{1F600}');
  });
});

describe('this person’s own picture', () => {
  const stage = { x: 0, y: 0, width: 320, height: 480 };
  const at = (x: number, y: number) => nearestCorner(stage, { x, y, width: 96, height: 128 });

  it('snaps to the corner its middle is nearest to', () => {
    expect(at(10, 20)).toEqual({ vertical: 'top', side: 'left' });
    expect(at(111, 175)).toEqual({ vertical: 'top', side: 'left' });
    expect(at(113, 177)).toEqual({ vertical: 'bottom', side: 'right' });
    expect(at(300, -40)).toEqual({ vertical: 'top', side: 'right' });
  });

  it('goes where an arrow points, and nowhere for another key', () => {
    const corner = { vertical: 'bottom', side: 'right' } as const;
    expect(movedCorner(corner, 'ArrowLeft')).toEqual({ vertical: 'bottom', side: 'left' });
    expect(movedCorner(corner, 'ArrowUp')).toEqual({ vertical: 'top', side: 'right' });
    expect(movedCorner(corner, 'ArrowDown')).toEqual(corner);
    expect(movedCorner(corner, 'm')).toBeNull();
  });
});

describe('a call that is popped out', () => {
  const window = { page: 'call-window', hasTab: true };
  const panel = { page: 'panel', hasTab: false };

  it('goes into a document only from the call window: elsewhere that hangs every page and the call', () => {
    expect(mayOpenDocument(window)).toBe(true);
    const others = ['panel', 'popup', 'host', 'settings', 'welcome', '', 'x-call-window'];
    for (const page of others)
      for (const hasTab of [true, false]) expect(mayOpenDocument({ page, hasTab })).toBe(false);
    // The same page, shown where no tab is.
    expect(mayOpenDocument({ ...window, hasTab: false })).toBe(false);
  });

  it('is a picture of the browser’s from the panel if there is one to show, and else the call window', () => {
    expect(popOutOf(window, false, false)).toBe('document');
    expect(popOutOf(panel, false, true)).toBe('element');
    expect(popOutOf(panel, false, false)).toBe('window');
    expect(popOutOf({ page: 'popup', hasTab: false }, true, true)).toBe('window');
  });
});
