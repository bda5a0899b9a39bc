/** The library's errors in sentences that quote no value. */
import type { Complaint } from './check';
import { type EngineError, isEngineError } from './engine';
import { isPrintable } from '../facts/printable';
import { own } from '../own';

const MAX_SAID = 300;

/** Of the errors that a mapping meets; the others are told by their code. */
const SENTENCES: Readonly<Record<string, string>> = {
  D1002: 'only a number can be negated',
  D1004: 'the regular expression matches the empty text',
  D1009: 'two fields of an object have the same name',
  D3012: '$replace needs a function that gives text',
  D3050: '$reduce needs a function of two arguments',
  D3138: '$single found more than one',
  D3139: '$single found none',
  T0410: 'an argument of the function has the wrong type',
  T0411: 'the context has the wrong type for the function',
  T0412: 'an argument of the function must be an array of one type',
  T1003: 'the name of a field must be text',
  T1005: 'this is no function; is the $ before its name missing?',
  T1006: 'this is no function',
  T2006: '~> needs a function on its right',
  T2009: '<, >, <= and >= compare two numbers or two texts',
  T2010: '<, >, <= and >= compare numbers or texts',
};

/** What the expression's author says with `$error` and `$assert`. */
const SAID = new Set(['D3137', 'D3141']);

export function failure({ code, position, message }: EngineError): string {
  if (SAID.has(code)) return `says: ${said(message ?? '')}`;
  return `fails${at(position)}: ${own(SENTENCES, code) ?? `JSONata error ${code}`}`;
}

function said(message: string): string {
  const text = message.slice(0, MAX_SAID).toWellFormed();
  return isPrintable(text) ? text : text.replace(/\p{Cc}/gu, ' ');
}

function at(position: number | undefined): string {
  return typeof position === 'number' && position > 0 ? ` at character ${position}` : '';
}

/** Of a text that does not compile. It is no message: what it says may be quoted. */
export function syntaxError(error: unknown): Complaint {
  if (isEngineError(error)) {
    const { message, position } = error;
    return { reason: message ?? `is no JSONata (${error.code})`, position: position ?? null };
  }
  if (error instanceof SyntaxError)
    return { reason: 'has a regular expression that is none', position: null };
  return { reason: 'cannot be read as JSONata', position: null };
}
