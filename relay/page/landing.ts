/**
 * Reads the invite behind the `#` and says who it is from. It runs in the visitor's browser, asks nobody anything, and
 * writes nothing of the link but the name and the last day into the page.
 */
import './landing.css';
import { huesOf, initialsOf } from '../../extension/core/avatar.ts';
import { endOf, type InviteLink, parseInvite } from '../../extension/core/invite.ts';
import { firstName, words } from './landing-words.ts';

const dates = new Intl.DateTimeFormat(navigator.languages, { day: 'numeric', month: 'long' });
/** @returns the last day of an invite, as "3 May". */
const lastDay = (untilDay: number): string => dates.format(endOf(untilDay) - 1);

function fill(slot: string, text: string): void {
  for (const element of document.querySelectorAll(`[data-fill="${slot}"]`)) element.textContent = text;
}

function showTrouble({ title, help }: { title: string; help: string }): void {
  fill('problem', title);
  fill('help', help);
  document.documentElement.dataset['invite'] = 'trouble';
}

async function showInvite({ name, address, untilDay }: InviteLink): Promise<void> {
  const shown = name === '' ? words.someone : name;
  fill('first', firstName(shown));
  fill('first-again', name === '' ? words.they : firstName(name));
  fill('name', shown);
  fill('initials', initialsOf(name));
  fill('until', words.until(lastDay(untilDay)));
  document.documentElement.dataset['invite'] = 'good';
  // Only where the browser offers it (a secure context): else the colours stay the mark's.
  const { h1, h2 } = await huesOf(address);
  document.documentElement.style.setProperty('--h1', String(h1));
  document.documentElement.style.setProperty('--h2', String(h2));
}

function read(): void {
  const invite = parseInvite(location.href);
  if (!invite) showTrouble(words.noInvite);
  else if (endOf(invite.untilDay) <= Date.now()) showTrouble(words.over(lastDay(invite.untilDay)));
  else showInvite(invite).catch(() => undefined);
}

addEventListener('hashchange', read);
read();
