/** THREATS.md names tests: each of them is there. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const named = [...read('THREATS.md').matchAll(/^- → (\S+): (.*)$/gm)].map(([, file = '', name = '']) => ({
  file,
  name,
}));

it('the threats name tests', () => {
  expect(named.length).toBeGreaterThan(30);
});

it.each(named)('$file has "$name"', ({ file, name }) => {
  const titles = [
    ...read(file).matchAll(/\b(?:it|test)(?:\.each)?\b[\s\S]*?\(\s*(['"`])((?:\\.|(?!\1).)*)\1,/g),
  ];
  expect(titles.map(([, , title = '']) => title)).toContain(name);
});
