/** Functions on texts that could make one of any length: the length is known and paid for before it is made. */
import { LIMITS } from './limits';
import { ExpressionError } from './error';
import { decimalText } from './decimals';
import { builtIn, type Definition } from './engine';
import { Exhausted, meter } from './meter';
import { holdsCallable, isCallable, plain } from './values';

/** A value as text: a number without exponent, an array or object as JSON. A function is empty text. */
export function string(value: unknown): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  if (typeof value === 'number') return decimalText(value);
  if (isCallable(value)) return '';
  meter().whole(value);
  if (holdsCallable(value)) throw new ExpressionError('$string cannot write a function');
  return JSON.stringify(plain(value));
}

export function concatenate(left: unknown, right: unknown): string {
  const [a, b] = [string(left) ?? '', string(right) ?? ''];
  meter().text(a.length + b.length);
  return a + b;
}

const { implementation: padded, signature: padSignature } = builtIn('pad');
const { implementation: joined, signature: joinSignature } = builtIn('join');
const { implementation: replaced, signature: replaceSignature } = builtIn('replace');

const call = (implementation: Definition['implementation'], self: unknown, args: unknown[]): unknown =>
  implementation.apply(self, args as never[]);

function pad(this: unknown, text: unknown, width: unknown, char: unknown): unknown {
  const wide = typeof width === 'number' ? Math.abs(width) : 0;
  meter().text(wide * Math.max(1, typeof char === 'string' ? char.length : 1));
  return call(padded, this, [text, width, char]);
}

function join(this: unknown, texts: unknown, separator: unknown): unknown {
  if (Array.isArray(texts)) {
    const between = typeof separator === 'string' ? separator.length : 0;
    meter().text(texts.reduce<number>((sum, text) => sum + between + String(text).length, 0));
  }
  return call(joined, this, [texts, separator]);
}

/** A replacement text may hold `$0`, the whole match: at most once for every two of its characters. */
function* replace(
  this: unknown,
  text: unknown,
  pattern: unknown,
  replacement: unknown,
  limit: unknown,
): Generator<unknown, unknown> {
  if (typeof text === 'string' && typeof replacement === 'string') {
    const longest = text.length + (text.length + 1) * replacement.length * 2;
    if (longest > 10 * LIMITS.text) throw new Exhausted('may replace into a text of any length');
    meter().spend(longest >> 4);
  }
  return yield* call(replaced, this, [text, pattern, replacement, limit]) as Generator<unknown, unknown>;
}

export const textFunctions: Record<string, Definition> = {
  pad: { _jsonata_function: true, implementation: pad, signature: padSignature },
  join: { _jsonata_function: true, implementation: join, signature: joinSignature },
  replace: { _jsonata_function: true, implementation: replace, signature: replaceSignature },
};
