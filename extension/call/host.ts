/** The call host: wiring alone. Runs in the offscreen document, which has no storage, so its settings come by message. */
import { answerMessages, DONE, type Handlers, send } from '../messages.ts';
import { watchDevices } from './devices.ts';
import { wipeFiles } from './file-store.ts';
import { Switchboard } from './switchboard.ts';

/** How long a host that has just opened has better things to do, in milliseconds. */
const WIPE_LATER_MS = 1000;

async function start(): Promise<Handlers<'host'>> {
  const config = await send('background', 'host.ready', {});
  const board = new Switchboard(config);
  window.sidecallHost = board;
  // What a crash has left of an earlier host's calls; nobody waits for it.
  setTimeout(() => void wipeFiles(), WIPE_LATER_MS);
  void watchDevices((found) => {
    board.shelf.see(found);
    board.devicesChanged();
  }).then((devices) => board.useDevices(devices));
  return {
    ping: () => DONE,
    idle: () => ({ idle: board.isIdle }),
    config: (ask) => {
      board.configure(ask.config);
      return DONE;
    },
    mail: (ask) => board.mail(ask),
    undelivered: ({ call }) => {
      board.undelivered(call);
      return DONE;
    },
    announced: async ({ call, preconnect }) => {
      await board.announced(call, preconnect);
      return DONE;
    },
    answer: ({ call, kind }) => ({ answered: board.answer(call, kind) }),
    decline: ({ call, reply }) => {
      board.decline(call, reply);
      return DONE;
    },
    'hang-up': ({ call }) => {
      board.hangUp(call);
      return DONE;
    },
    'toggle-microphone': ({ call }) => {
      const found = board.snapshot.calls.find(({ snapshot }) => snapshot.id === call);
      found?.setMicrophone(!found.snapshot.microphone.on);
      return DONE;
    },
    rejoin: ({ talk }) => {
      board.rejoin(talk);
      return DONE;
    },
    reachable: ({ peer }) => {
      board.mailFlows(peer);
      return DONE;
    },
    dial: ({ peer, kind }) => {
      board.dial(peer, kind);
      return DONE;
    },
    leave: ({ peer }) => {
      board.leave(peer);
      return DONE;
    },
  };
}

const started = start();
answerMessages('host', () => started);
