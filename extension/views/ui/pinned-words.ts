/** The words of menus and keys that stand outside our own pages, and of picture in picture. Loaded by the background too. */
export const pinnedWords = {
  menu: {
    callInvite: 'Call with Sidecall',
    dnd: 'Do not disturb',
    copyInvite: 'Copy my invite link',
    settings: 'Settings',
  },
  omnibox: {
    hint: 'Type the name of somebody to call',
    nobody: (name: string) => `Nobody called “${name}” yet`,
    video: (name: string) => `Call ${name} with video`,
    sound: (name: string) => `Call ${name}, sound only`,
    /** What stands in the address bar when the line is chosen. */
    soundText: (name: string) => `${name}, sound only`,
  },
  keys: {
    _execute_action: 'Open Sidecall',
    'beside-tab': 'Open beside this tab',
    answer: 'Answer a call',
    'hang-up': 'Decline or hang up',
    mute: 'Mute or unmute',
  },
  keySettings: {
    notSet: 'Not set',
    everywhere: 'These work anywhere in the browser.',
    change: 'Change them in the browser',
    single: 'Single keys',
    singleHelp: 'They work while Sidecall has focus and nothing is being typed.',
  },
  picture: {
    backToPanel: 'Back to the side panel',
    backToWindow: 'Back to the call window',
    calling: (name: string) => `${name} is calling`,
  },
  copied: 'Copied. Your invite link works once, for 7 days.',
} as const;
