/**
 * Finds the first place at which a text stops being JSON. `JSON.parse` says whether, but where only in a message that differs
 * between versions of Node; this is asked after it has refused. No recursion, so any depth is safe.
 */
export interface JsonError {
  /** UTF-16 units from the start; the text's length where it ends too early. */
  offset: number;
  reason: string;
}

type Expected =
  | 'a value'
  | 'a value or ]'
  | 'a name in quotes'
  | 'a name in quotes or }'
  | ':'
  | ', or }'
  | ', or ]'
  | 'the end';

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const LITERAL = /true|false|null/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** Null where the text is JSON. */
export function firstJsonError(text: string): JsonError | null {
  const open: string[] = [];
  const afterValue = (): Expected => {
    const inside = open.at(-1);
    return inside === undefined ? 'the end' : inside === '{' ? ', or }' : ', or ]';
  };
  let expected: Expected = 'a value';
  let at = endOf(SPACE, text, 0);
  while (at < text.length) {
    const char = text.charAt(at);
    if (char === '"' && takesString(expected)) {
      const end = endOfString(text, at);
      if (typeof end !== 'number') return end;
      at = end;
      expected = expected.startsWith('a name') ? ':' : afterValue();
    } else if ((char === '{' || char === '[') && expected.startsWith('a value')) {
      open.push(char);
      expected = char === '{' ? 'a name in quotes or }' : 'a value or ]';
      at += 1;
    } else if ((char === '}' || char === ']') && expected.endsWith(`or ${char}`)) {
      open.pop();
      expected = afterValue();
      at += 1;
    } else if (char === ',' && expected.startsWith(',')) {
      expected = open.at(-1) === '{' ? 'a name in quotes' : 'a value';
      at += 1;
    } else if (char === ':' && expected === ':') {
      expected = 'a value';
      at += 1;
    } else {
      const end = expected.startsWith('a value') ? endOf(NUMBER, text, at) || endOf(LITERAL, text, at) : 0;
      if (end === 0) return { offset: at, reason: `${show(text, at)} stands where ${expected} should` };
      at = end;
      expected = afterValue();
    }
    at = endOf(SPACE, text, at);
  }
  return expected === 'the end'
    ? null
    : { offset: at, reason: `the text ends where ${expected} should come` };
}

function takesString(expected: Expected): boolean {
  return expected.startsWith('a ');
}

/** Where the pattern's match at `at` ends; 0 without a match (`SPACE` always matches). */
function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : 0;
}

function endOfString(text: string, start: number): number | JsonError {
  for (let at = start + 1; at < text.length;) {
    const unit = text.charCodeAt(at);
    if (unit === 0x22) return at + 1;
    if (unit < 0x20) return { offset: at, reason: `${show(text, at)} must be escaped inside a string` };
    if (unit === 0x5c) {
      const end = endOf(ESCAPE, text, at);
      if (end === 0) return { offset: at, reason: 'the escape after \\ is not one of JSON' };
      at = end;
    } else {
      at += 1;
    }
  }
  return { offset: text.length, reason: 'the text ends inside a string' };
}

/** The character, so that a log or a terminal can show it. */
function show(text: string, at: number): string {
  const point = text.codePointAt(at) ?? 0;
  return point > 0x20 && point < 0x7f
    ? `'${String.fromCodePoint(point)}'`
    : `the character U+${point.toString(16).toUpperCase().padStart(4, '0')}`;
}
