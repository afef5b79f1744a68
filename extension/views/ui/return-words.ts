/** Every word of going back into a call that the browser died in. */
export const returnWords = {
  title: (name: string) => `You were in a call with ${name}.`,
  waiting: 'They’re still there.',
  goBack: 'Go back',
} as const;
