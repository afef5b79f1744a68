/** What the first list does without. The popup's first drawing waits for none of these (`tests/repository.test.ts` counts). */
import { Later } from './later.svelte.ts';

export const CallScreen = new Later(() => import('./CallScreen.svelte'));
export const OverScreen = new Later(() => import('./OverScreen.svelte'));
export const DeviceProblem = new Later(() => import('./DeviceProblem.svelte'));
export const SafetySheet = new Later(() => import('./SafetySheet.svelte'));
export const DevicesSheet = new Later(() => import('./DevicesSheet.svelte'));
export const ShortcutsSheet = new Later(() => import('./ShortcutsSheet.svelte'));
export const Watch = new Later(() => import('./Watch.svelte'));
export const ShareStrip = new Later(() => import('./ShareStrip.svelte'));
export const ShareTab = new Later(() => import('./ShareTab.svelte'));
export const ShareAsk = new Later(() => import('./ShareAsk.svelte'));
export const DetailsSheet = new Later(() => import('./DetailsSheet.svelte'));
export const HoldStrip = new Later(() => import('./HoldStrip.svelte'));
export const TalkPane = new Later(() => import('./TalkPane.svelte'));
export const DropCover = new Later(() => import('./DropCover.svelte'));
export const EndedTalk = new Later(() => import('./EndedTalk.svelte'));
export const MoreMenu = new Later(() => import('./MoreMenu.svelte'));

export const ReturnCard = new Later(() => import('./ReturnCard.svelte'));
export const FirstRun = new Later(() => import('./FirstRun.svelte'));
export const AddScreen = new Later(() => import('./AddScreen.svelte'));
export const CopiedNote = new Later(() => import('./CopiedNote.svelte'));
export const RecentCalls = new Later(() => import('./RecentCalls.svelte'));
export const ElsewhereScreen = new Later(() => import('./ElsewhereScreen.svelte'));
export const RelayDownScreen = new Later(() => import('./RelayDownScreen.svelte'));
export const ClaimRow = new Later(() => import('./ClaimRow.svelte'));
export const StatusMenu = new Later(() => import('./StatusMenu.svelte'));
export const PersonMenu = new Later(() => import('./PersonMenu.svelte'));

/** Reads what a click is likely to want next, so that no call waits for its screen. To be called once the page is drawn. */
export async function fetchNext(): Promise<void> {
  await CallScreen.fetch();
  await Promise.all([OverScreen.fetch(), AddScreen.fetch()]);
}
