/** Every name that an expression may use, and why the others are not there. */
import { formatInstant, parseInstant } from '../facts/instant';
import { divide, number, operators, round, sum } from './decimals';
import { type Compiled, type Definition, builtIn } from './engine';
import { ExpressionError } from './error';
import { equal, listFunctions, range, unequal } from './list-functions';
import { concatenate, string, textFunctions } from './text-functions';
import { meter, zone } from './meter';
import type { Node } from './node';
import { own as entryOf } from '../own';

/** Of the library and as they are: they take a step for each element, and their results are measured. */
const AS_THEY_ARE =
  'abs append assert boolean ceil contains count error exists filter floor length lookup lowercase map match max min not ' +
  'reduce reverse single split substring substringAfter substringBefore trim type uppercase zip';

const asTheyAre = AS_THEY_ARE.split(' ').map((name): [string, Definition] => [name, builtIn(name)]);

const NEWEST_MS = 253_402_300_799_999;

/** Epoch milliseconds of a time, in the source's zone where it names none. */
function toMillis(text: unknown): number | undefined {
  if (text === undefined) return undefined;
  const at = typeof text === 'string' ? parseInstant(text, zone) : null;
  if (at === null) throw new ExpressionError('$toMillis needs an RFC 3339 time');
  return at;
}

function fromMillis(at: unknown): string | undefined {
  if (at === undefined) return undefined;
  if (typeof at !== 'number' || !Number.isInteger(at) || Math.abs(at) > NEWEST_MS)
    throw new ExpressionError('$fromMillis needs whole milliseconds since 1970');
  return formatInstant(at);
}

type Implementation = (...args: never[]) => unknown;

/** With the library's signature: `-` takes the context where the argument is left out. */
const own: Record<string, [Implementation, string?]> = {
  divide: [divide],
  fromMillis: [fromMillis, '<n-:s>'],
  number: [number, '<(nsb)-:n>'],
  round: [round, '<(ns)-n?:n>'],
  string: [string, '<x-:s>'],
  sum: [sum],
  toMillis: [toMillis, '<s-:n>'],
};

/** What operators become (`rewrite.ts`). No variable can have such a name, so nothing can take their place. */
export const operatorFunctions: Readonly<Record<string, Implementation>> = {
  ...operators,
  '&': concatenate,
  '=': equal,
  '!=': unequal,
  '..': range,
};

const WITHOUT = 'the same message must always mean the same';
const EXACT = 'decimals are exact here';

/** Functions of JSONata that are refused, each with what to do instead. */
const refused: Readonly<Record<string, string>> = {
  now: `${WITHOUT}; take the time from the message`,
  millis: `${WITHOUT}; take the time from the message`,
  random: WITHOUT,
  shuffle: `${WITHOUT}; $sort orders a list`,
  eval: 'an expression is checked before it is used; write it out',
  average: `${EXACT}; write $divide($sum(x), $count(x), places)`,
  power: `${EXACT}; multiply`,
  sqrt: EXACT,
  formatNumber: 'write decimals as they are, with $string',
  formatBase: 'write numbers as they are, with $string',
  formatInteger: 'write numbers as they are, with $string',
  parseInteger: 'read numbers with $number',
  clone: 'nothing changes a value; use it as it is',
  base64encode: 'facts hold plain text',
  base64decode: 'facts hold plain text',
  encodeUrl: 'facts hold plain text',
  encodeUrlComponent: 'facts hold plain text',
  decodeUrl: 'facts hold plain text',
  decodeUrlComponent: 'facts hold plain text',
};

/** `$` is the message, the empty name the context. */
const allowed: ReadonlySet<string> = new Set([
  '',
  '$',
  ...asTheyAre.map(([name]) => name),
  ...Object.keys(own),
  ...Object.keys(textFunctions),
  ...Object.keys(listFunctions),
]);

export function isAllowed(name: string): boolean {
  return allowed.has(name);
}

/** Why a name that nothing defines is not there. */
export function whyRefused(name: string): string {
  const reason = entryOf(refused, name);
  if (reason !== undefined) return `$${name} is not there: ${reason}`;
  return `$${name} is not defined: it is no function that expressions have, and nothing here gives it a value`;
}

/** The steps are counted by the evaluator's own hooks: it calls them before and after each. */
export function equip(compiled: Compiled): void {
  for (const [name, definition] of definitions()) compiled.assign(name, definition);
  for (const [name, [implementation, signature]] of Object.entries(own))
    compiled.registerFunction(name, implementation, signature);
  for (const [name, implementation] of Object.entries(operatorFunctions))
    compiled.registerFunction(name, implementation);
  compiled.assign('__evaluate_entry', () => {
    meter().enter();
  });
  compiled.assign('__evaluate_exit', (node: Node, _input: unknown, _frame: unknown, result: unknown) => {
    meter().leave(node, result);
  });
}

/** Copies: the evaluator notes in them where they were called. What is refused is nothing. */
function definitions(): [string, Definition | undefined][] {
  const given = [...asTheyAre, ...Object.entries(textFunctions), ...Object.entries(listFunctions)];
  return [
    ...given.map(([name, definition]): [string, Definition] => [name, { ...definition }]),
    ...Object.keys(refused).map((name): [string, undefined] => [name, undefined]),
  ];
}
