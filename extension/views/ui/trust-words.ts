/** The words of screens about trust, which come when they are asked for: the safety check, claimed names, blocking. */

export const trustWords = {
  safety: {
    title: (name: string) => `Is it just you and ${name}?`,
    help: 'Read these seven pictures to each other. If you both see the same ones, nobody is in between.',
    different: 'They’re different',
    same: 'They match',
    hint: 'New for every call. Say them, don’t send them.',
    checked: (name: string) => `Checked. Just you and ${name}.`,
    working: 'One moment, the pictures are being drawn.',
    unavailable: 'The pictures come as soon as you’re connected.',
    failed: 'There are no pictures to compare on this call. Hang up and call again.',
    differentTitle: 'Someone may be in between',
    differentHelp: 'We’ve muted both of you. Please hang up, and don’t share anything private on this call.',
    otherNetwork: 'Try again from another network',
    otherInvites: 'Or swap new invites, face to face if you can',
    misread: 'I misread them, show me again',
    showAgain: 'Show me the pictures again',
  },
  claim: {
    theyCame: (name: string) => `Someone new says they are ${name}`,
    theyCameHelp: 'Compare pictures before you believe it.',
    newKey: (name: string) => `${name} has a new identity`,
    newKeyHelp: 'This happens after a new computer or a fresh start. Compare pictures before you talk.',
    compare: 'Compare pictures',
  },
  person: {
    block: (name: string) => `Block ${name}`,
    remove: (name: string) => `Remove ${name}`,
    removeSurely: (name: string) => `Remove ${name} for good`,
    unblock: 'Unblock',
    unblockName: (name: string) => `Unblock ${name}`,
    blocked: 'Blocked people',
    nobodyBlocked: 'Nobody is blocked.',
    blockedHelp: 'For them you’re never online. They aren’t told.',
    manage: 'Manage',
  },
} as const;
