/** What the invite page says once it has read the link; the rest stands in landing.html. */

/** @returns the first of a person's names. */
export const firstName = (name: string): string => name.split(/\s+/)[0] || name;

export const words = {
  someone: 'Someone',
  they: 'they',
  until: (day: string) => `Works once, until ${day}`,
  noInvite: {
    title: 'That doesn’t look like an invite',
    help: 'Open the whole link from the message you received. If it was cut off, ask for a new one.',
  },
  over: (day: string) => ({
    title: `This invite ran out on ${day}`,
    help: 'Ask for a new one.',
  }),
};
