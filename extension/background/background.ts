/**
 * The service worker: listeners and wiring only. All listeners are set in the first turn, because the browser starts the
 * worker for an event and hands it only to listeners that are there by then.
 */
import browser from 'webextension-polyfill';
import { answerMessages, hearPosts } from '../messages.ts';
import { entered, typed } from './address-bar.ts';
import { commanded, panelFor } from './commands.ts';
import { chosen, makeMenus, panelForMenu, refreshMenus } from './menus.ts';
import { callOfNotification } from './notifications.ts';
import { ensureCallIsShown, noteWindow, openPanel } from './call-window.ts';
import { pressed } from './notification-clicks.ts';
import { createService, type Service } from './service.ts';
import { watch } from '../storage.ts';
import { updateWaits } from './updates.ts';
import { refreshBadge } from './badge.ts';

const ALARM = 'wake';
/** The shortest period of an alarm, in minutes. It brings a worker back that died while waiting to reconnect. */
const ALARM_PERIOD = 0.5;

let starting: Promise<Service> | undefined;
function service(): Promise<Service> {
  starting ??= createService();
  starting.catch(() => (starting = undefined));
  return starting;
}
const wakeUp = (): void => void service().then((each) => each.wakeUp());

const handlers = async () => (await service()).handlers;
answerMessages('background', handlers);
hearPosts(handlers);
browser.runtime.onInstalled.addListener(({ reason }) => {
  void service().then(makeMenus);
  if (reason === 'install') void browser.tabs.create({ url: 'extension/views/welcome/welcome.html' });
});
browser.runtime.onStartup.addListener(wakeUp);
browser.runtime.onUpdateAvailable.addListener(() => void service().then(updateWaits));
browser.alarms.onAlarm.addListener(() => {
  wakeUp();
  // "Do not disturb until 15:00" ends by the clock.
  void service().then(refreshMenus);
});
browser.windows.onFocusChanged.addListener((id) => void noteWindow(id));
// Only the first turn of a click or a key may open the panel.
chrome.commands.onCommand.addListener((name) => {
  const shown = panelFor(name);
  void service().then(() => commanded(name, shown));
});
chrome.contextMenus.onClicked.addListener((click) => {
  const shown = panelForMenu(click);
  void service().then((each) => chosen(click, shown, each));
});
chrome.omnibox.onInputChanged.addListener((text, show) => void service().then(() => typed(text, show)));
chrome.omnibox.onInputEntered.addListener((text) => {
  const shown = openPanel();
  void service().then(() => entered(text, shown));
});
chrome.notifications.onButtonClicked.addListener((id, button) => {
  const talks = button === 1;
  const shown = talks ? openPanel() : undefined;
  void service().then((each) => pressed(id, talks, shown, each.returns));
});
chrome.notifications.onClicked.addListener((id) => {
  const opened = openPanel();
  if (callOfNotification(id) !== null) void ensureCallIsShown(opened);
});

void browser.alarms.create(ALARM, { periodInMinutes: ALARM_PERIOD });
wakeUp();
// Not before the service: nothing may be read while a successor takes over.
void service().then((each) => {
  const { signal } = new AbortController();
  each.keepWatch(signal);
  void watch('link', () => void refreshBadge(), signal);
  void watch('settings', () => void refreshMenus(), signal);
});
