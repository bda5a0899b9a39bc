import fc from 'fast-check';
import { firstJsonError } from './first-json-error';

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

/** JSON with a few characters taken out, put in or replaced. */
const broken = fc
  .tuple(
    fc.json(),
    fc.array(
      fc.tuple(fc.nat(), fc.constantFrom('', ...'{}[]",:\\ \n\t0123.-+eEtruefalsn\u0000\ud800\u00e9')),
      { maxLength: 3 },
    ),
    fc.boolean(),
  )
  .map(([text, edits, insert]) =>
    edits.reduce((now, [at, char]) => {
      const i = at % (now.length + 1);
      return now.slice(0, i) + char + now.slice(insert ? i : i + 1);
    }, text),
  );

it('refuses exactly what JSON.parse refuses', () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), broken, fc.string()), (text) => {
      expect(firstJsonError(text) === null).toBe(isJson(text));
    }),
    { numRuns: 2_000 },
  );
});

it('points at a place before which nothing is wrong yet', () => {
  fc.assert(
    fc.property(broken, (text) => {
      const error = firstJsonError(text);
      if (!error) return;
      const before = firstJsonError(text.slice(0, error.offset));
      expect(before === null || before.offset === error.offset).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

it.each([
  ['', 0, 'the text ends where a value should come'],
  ['{"a":1,}', 7, "'}' stands where a name in quotes should"],
  ['[1 2]', 3, "'2' stands where , or ] should"],
  ['{"a" 1}', 5, "'1' stands where : should"],
  ['{"a":tru}', 5, "'t' stands where a value should"],
  ['01', 1, "'1' stands where the end should"],
  ['[1.]', 2, "'.' stands where , or ] should"],
  ['"a\nb"', 2, 'the character U+000A must be escaped inside a string'],
  ['"\u0000"', 1, 'the character U+0000 must be escaped inside a string'],
  ['"\\x"', 1, 'the escape after \\ is not one of JSON'],
  ['"abc', 4, 'the text ends inside a string'],
  ["{'a':1}", 1, "''' stands where a name in quotes or } should"],
  ['NaN', 0, "'N' stands where a value should"],
  ['\u00a01', 0, 'the character U+00A0 stands where a value should'],
])('%j: at %d, %s', (text, offset, reason) => {
  expect(firstJsonError(text)).toEqual({ offset, reason });
});

it('takes any depth', () => {
  expect(firstJsonError('['.repeat(1_000_000))?.offset).toBe(1_000_000);
});
