/** The help of every command has an example of that very command, and a range and a default of each number. Needs `npm run build`. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';

const MAIN = path.resolve(__dirname, '../../dist/cli/main.js');

const help = (words: string[]): string =>
  execFileSync(process.execPath, [MAIN, ...words, '--help'], { encoding: 'utf8' });

/** Names of the commands under one, as its help lists them. */
function commandsOf(text: string): string[] {
  const [, list = ''] = text.split('\nCommands:\n');
  const [own = ''] = list.split(/\n\n/);
  return [...own.matchAll(/^ {2}([a-z][a-z-]*)/gm)].flatMap(([, name = '']) =>
    name === 'help' ? [] : [name],
  );
}

const found: { words: string[]; text: string }[] = [];
function walk(words: string[]): void {
  const text = help(words);
  found.push({ words, text });
  for (const name of commandsOf(text)) walk([...words, name]);
}

it('every command', () => {
  walk([]);
  expect(found.length).toBeGreaterThan(30);
  const without = found.filter(({ words, text }) => {
    const [, said = ''] = text.split(/\nExamples?:\n/);
    return !said.includes(['tallystick', ...words].join(' '));
  });
  expect(without.map(({ words }) => words.join(' '))).toEqual([]);
  // A number that is asked for has its range and what it is otherwise.
  const numbers = found.flatMap(({ words, text }) =>
    [...text.matchAll(/^ {2}(--\S+ <(?:count|number)>) +([^\n]*(?:\n {6,}[^\n]*)*)/gm)]
      .filter(([, , told = '']) => !/from \d+ to \d+/.test(told) || !told.includes('default'))
      .map(([, option]) => `${words.join(' ')} ${option}`),
  );
  expect(numbers).toEqual([]);
}, 120_000);
