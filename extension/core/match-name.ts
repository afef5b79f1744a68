/** Whether what somebody types is in a name. */

/** @returns the text without case and accents. */
export const folded = (text: string): string =>
  text.normalize('NFKD').replace(/\p{M}/gu, '').toLocaleLowerCase();

/** @returns whether what was typed is in the name, whatever its case and accents. */
export const matches = (name: string, typed: string): boolean => folded(name).includes(folded(typed.trim()));
