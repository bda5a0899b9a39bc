/** Values that systems, spreadsheets and enemies send, as JSON texts. */

const words = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
  'isPrototypeOf',
  '__defineGetter__',
  'length',
  'then',
  'toJSON',
];

const texts = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud83d\udc5c',
  `${'x'.repeat(199)}\ud83d\udc5c`,
  `${'x'.repeat(119)}\ud83d\udc5c${'y'.repeat(40)}`,
  '\u202eabc\u202c',
  '\u200b\u2060\ufeff',
  'e\u0301',
  '\ufffe\uffff',
  '\u001b]0;owned\u0007\u001b[31mred\u001b[0m',
  ";=1+1\t@SUM(1)\r\n+cmd|'/c calc'!A1",
  "'; DROP TABLE ledger.facts; --",
  '$1 %s %n ${x} {{x}} $$ \\x00 \\u0000',
  '<script>alert(1)</script>&amp;<!channel>|`*_~',
  '../../etc/passwd',
  'a/b@c?d#e:f|g h,i',
  'fact:1',
  'order:SO1',
  'x'.repeat(200),
  'x'.repeat(201),
  'x'.repeat(2_001),
  'null',
  'NaN',
  'Infinity',
  'true',
  '{}',
  '[]',
];

const numbersAsText = [
  '0',
  '-0',
  '-1',
  '1e308',
  '1e999',
  '1E-7',
  '0x10',
  '1,000.00',
  '1.000,00',
  '.5',
  '5.',
  '+1',
  ' 1 ',
  '--1',
  '0.0000001',
  '0.000001',
  '999999999.999999',
  '9007199254740993',
  '1234567890123456789',
  '-9223372036854775809',
  '123456789012345678901234567890',
  '\u0663\u0664',
  `0.${'0'.repeat(300)}1`,
];

const instants = [
  '0000-01-01T00:00:00Z',
  '0001-01-01T00:00:00',
  '0001-01-01T00:00:00+14:00',
  '1753-01-01T00:00:00Z',
  '1899-12-30T00:00:00Z',
  '1969-12-31T23:59:59Z',
  '1970-01-01T00:00:00Z',
  '2026-02-30T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-12-31T23:59:60Z',
  '2026-11-20T24:00:00Z',
  '2026-11-20',
  '20261120T094000Z',
  '2026-11-20T09:40:00.123456789Z',
  '2026-03-29T01:30:00',
  '2026-11-20T09:40:00+99:99',
  '2038-01-19T03:14:08Z',
  '2262-04-12T00:00:00Z',
  '9999-12-31T23:59:59Z',
  '9999-12-31T23:59:59.999999999-14:00',
  '+010000-01-01T00:00:00Z',
  '+275760-09-13T00:00:00Z',
  '-271821-04-20T00:00:00Z',
  '-8640000000000000',
];

const numbers = [
  '0',
  '-0',
  '-1',
  '1',
  '1.5',
  '10.00',
  '1e308',
  '1e309',
  '-1e999',
  '1E-7',
  '1e-400',
  '0.1',
  '0.0000001',
  '999999999',
  '1000000000',
  '2147483648',
  '-2147483649',
  '9007199254740991',
  '9007199254740993',
  '1234567890123456789',
  '123456789012345678901234567890',
  '-8640000000000001',
  `0.${'0'.repeat(2_000)}1`,
];

const shapes = [
  'null',
  'true',
  'false',
  '[]',
  '{}',
  '[[]]',
  '[null]',
  '[{}]',
  '[1,"x",null]',
  '{"__proto__":{"x":1}}',
  '{"constructor":{"prototype":{"x":1}}}',
  '{"a":1,"a":2}',
  '{"":""}',
  '{"\\u0000":1}',
  '{"__proto__":null,"toString":1}',
  `{"${'k'.repeat(200)}":1}`,
  `${'['.repeat(40)}${']'.repeat(40)}`,
  `[${'null,'.repeat(999)}null]`,
  `[${'{},'.repeat(99)}{}]`,
];

/** Halves of characters cannot be in a text, but their escapes can be in JSON. */
const halves = ['"\\ud83d"', '"\\udc5c"', '"bag \\udc5c\\ud83d"', `"${'x'.repeat(119)}\\ud83d"`];

const quoted = (some: readonly string[]) => some.map((text) => JSON.stringify(text));

/** Names of members that every object has. */
export const languageWords: readonly string[] = quoted(words);
export const extremeInstants: readonly string[] = [
  ...quoted(instants),
  '-8640000000000000',
  '8640000000000001',
  '253402300800000',
];
/** Texts that some database, terminal or screen does not take as they are. */
export const unwritable: readonly string[] = [
  ...quoted(['', '\u0000', 'a\u0000b', '\u202eabc\u202c', '\u001b[31mred']),
  ...halves,
];

export const nastyValues: readonly string[] = [
  ...quoted([...words, ...texts, ...numbersAsText, ...instants]),
  ...halves,
  ...numbers,
  ...shapes,
];

/** Texts of parameters and headers. */
export const nastyTexts: readonly string[] = [
  ...words,
  ...texts,
  ...numbersAsText,
  ...instants,
  'all',
  'open',
  '*',
  '%',
  '_',
  'a'.repeat(5_000),
];

/** Bodies that are no message at all. */
export const unreadable: readonly (string | Buffer)[] = [
  '',
  '\n\n',
  '\ufeff{}',
  '{',
  '{"a":1',
  '{"a":01}',
  "{'a':1}",
  '{"a":NaN}',
  '{"a":1}{"b":2}',
  '[1]',
  '1',
  '"text"',
  'null',
  '[{}',
  '[{},]',
  '{"a":"\u0001"}',
  '{"a":"\\x"}',
  `${'{"a":'.repeat(80)}1${'}'.repeat(80)}`,
  '['.repeat(100_000),
  Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
  Buffer.from([0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]),
  Buffer.from([0x1f, 0x8b, 0x08, 0x00, 0x00]),
];
