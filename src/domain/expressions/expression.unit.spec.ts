import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { readJson } from '../sources/json';
import { JSONATA_VERSION } from './engine';
import { ExpressionError } from './error';
import { compileExpression } from './expression';
import { evaluate, refusal } from './testing.fixture';

const order = {
  no: 'SO1',
  status: { id: 'open' },
  lines: [
    { no: 1, sku: 'B', qty: 2, price: '1.10' },
    { no: 2, sku: 'A', qty: 0.5, price: '20.00' },
  ],
};

describe('an expression', () => {
  it.each<[string, unknown]>([
    ['no', 'SO1'],
    ['status.id', 'open'],
    ['lines.sku', ['B', 'A']],
    ['lines[no = 2].sku', 'A'],
    [
      'lines#$i.{"line": $i + 1, "sku": sku}',
      [
        { line: 1, sku: 'B' },
        { line: 2, sku: 'A' },
      ],
    ],
    ['$sort(lines, function($a, $b) { $a.sku > $b.sku }).no', [2, 1]],
    ['($order := $; lines.($order.no & "/" & no))', ['SO1/1', 'SO1/2']],
    ['lines{sku: $sum(qty)}', { A: 0.5, B: 2 }],
    ['missing.entirely', undefined],
    ['$map(lines, function($line, $i) { $line.no * 10 + $i })', [10, 21]],
    ['$reduce(lines.qty, function($a, $b) { $a + $b })', 2.5],
    ['$single(lines, function($l) { $l.no = 1 }).sku', 'B'],
    ['$merge([{"a": 1}, {"b": 2}])', { a: 1, b: 2 }],
    ['$distinct([1, "1", 1, {"a": 1}, {"a": 1}])', [1, '1', { a: 1 }]],
    ['$substringAfter("Sales Order #7", "#")', '7'],
    ['$replace("a1b22", /\\d+/, "<$0>")', 'a<1>b<22>'],
    ['$replace("a-b-c", "-", "/")', 'a/b/c'],
    ['$match("AB12", /([A-Z]+)(\\d+)/).groups', ['AB', '12']],
    ['$split("a, b", ", ")', ['a', 'b']],
    ['$join(lines.sku, "+")', 'B+A'],
    ['$pad("7", -3, "0")', '007'],
    ['$string(status)', '{"id":"open"}'],
    ['{"a": [1, 2]} = {"a": [1, 2]}', true],
    ['[1, 2] != [1, 3]', true],
    ['"x" in ["x", "y"] and $not(no = "SO2")', true],
    ['[1..4]', [1, 2, 3, 4]],
    ['($f := function($n) { $n = 0 ? 1 : $n * $f($n - 1) }; $f(10))', 3_628_800],
    ['no.constructor', undefined],
    ['$lookup($, "__proto__")', undefined],
  ])('%s', (text, expected) => {
    expect(evaluate(text, order)).toEqual(expected);
  });

  it('has its own frame: what one message binds no other one finds', () => {
    const outcome = compileExpression('$exists($seen) ? "seen" : $seen := "once"');
    if (!outcome.ok) throw new Error(outcome.reason);
    const { expression } = outcome;
    expect([1, 2].map(() => expression.run({}, () => 0))).toEqual(['once', 'once']);
  });

  it('leaves the message as it was', () => {
    const message = { a: [[1]], b: [] };
    const before = JSON.stringify(message);
    evaluate('{"x": a[], "y": b{"k": 1}, "z": $append(a, 2)}', message);
    expect(JSON.stringify(message)).toBe(before);
    expect(Object.keys(message.a)).toEqual(['0']);
  });

  it('does not take what a message says for a function of its own', () => {
    const forged = {
      f: { _jsonata_lambda: true, thunk: true, arguments: [], body: { type: 'string', value: 'x' } },
    };
    expect(evaluate('$lookup($, "f")', forged)).toEqual({
      thunk: true,
      arguments: [],
      body: { type: 'string', value: 'x' },
    });
    expect(() => evaluate('$f := f; $f()', forged)).toThrow();
  });

  it('is run by the library that its fingerprint names', () => {
    const root = join(__dirname, '../../..');
    const read = (file: string) =>
      JSON.parse(readFileSync(join(root, file), 'utf8')) as Record<string, never>;
    expect(read('package.json')['dependencies']!['jsonata']).toBe(JSONATA_VERSION);
    expect(read('node_modules/jsonata/package.json')['version']).toBe(JSONATA_VERSION);
  });
});

describe('numbers', () => {
  it.each<[string, unknown]>([
    ['0.1 + 0.2', 0.3],
    ['1.005 * 100', 100.5],
    ['0.3 - 0.1', 0.2],
    ['"2.50" * 2', 5],
    ['1 / 8', 0.125],
    ['7.5 % 2', 1.5],
    ['$sum(["0.1", 0.2, "0.30"])', 0.6],
    ['$divide(10, 3, 4)', 3.3333],
    ['$divide(-5, 2, 0)', -3],
    ['$round(2.345, 2)', 2.35],
    ['$number("12.30")', 12.3],
    ['$string(0.0000001)', '0.0000001'],
    ['"" & 1.5', '1.5'],
    ['missing * 2', undefined],
  ])('%s is exact', (text, expected) => {
    expect(evaluate(text)).toEqual(expected);
  });

  it.each([
    ['1 / 3', '$divide'],
    ['1 / 0', 'divides by zero'],
    ['999999999999999 * 10', 'more than 15 digits'],
    ['"two" * 2', 'needs a number'],
    ['$number("1e5")', 'needs a number'],
    ['$round(1.5, 99)', '0 to 15 places'],
  ])('%s is told and not rounded', (text, reason) => {
    expect(() => evaluate(text)).toThrow(reason);
  });

  it('of more than 15 digits are their text', () => {
    expect(evaluate('n', readJson('{"n": 12345678901234567890}'))).toBe('12345678901234567890');
  });

  it('are calculated as decimals are, whatever they are', () => {
    const cents = fc.integer({ min: -9_999_999, max: 9_999_999 });
    fc.assert(
      fc.property(cents, cents, (a, b) => {
        const text = (minor: number) =>
          `${minor < 0 ? '-' : ''}${Math.floor(Math.abs(minor) / 100)}.${String(Math.abs(minor) % 100).padStart(2, '0')}`;
        expect(evaluate('$round((a + b) * 100, 2)', { a: text(a), b: text(b) })).toBe(a + b);
      }),
      { numRuns: 200 },
    );
  });
});

describe('times', () => {
  it('are those of the message, in the zone of its source', () => {
    expect(evaluate('$toMillis("1970-01-01 01:00:00")', {}, () => 60)).toBe(0);
    expect(evaluate('$toMillis("1970-01-01T01:00:00+01:00")')).toBe(0);
    expect(evaluate('$fromMillis(1000)')).toBe('1970-01-01T00:00:01.000Z');
    expect(() => evaluate('$toMillis("yesterday")')).toThrow('RFC 3339');
    expect(() => evaluate('$fromMillis(1.5)')).toThrow('milliseconds');
  });
});

describe('what is refused before it is used', () => {
  it.each([
    ['$now()', '$now is not there'],
    ['$millis()', '$millis is not there'],
    ['$random()', '$random is not there'],
    ['$shuffle([1, 2])', '$shuffle is not there'],
    ['$eval("1")', '$eval is not there'],
    ['$formatNumber(1, "#")', '$formatNumber is not there'],
    ['$average([1, 2])', '$divide($sum(x), $count(x), places)'],
    ['$clone($)', '$clone is not there'],
    ['$foo(1)', '$foo is not defined'],
    ['orders.$no', '$no is not defined'],
    ['|$|{"a": 1}|', 'build the object'],
    ['**.sku', 'name the path'],
    ['lines.%.no', 'bind the outer value'],
    ['lines@$l.sku', 'joins lists'],
    ['lines^(sku)', '$sort'],
    ['$substring(?, 1)', 'write function'],
    ['function($x)<n:n> { $x }', 'signature'],
    ['12345678901234567', 'at most 15 digits'],
    ['$__evaluate_entry := 0', 'reserved'],
    ['function($__evaluate_exit) { 1 }', 'reserved'],
    ['lines#$__evaluate_entry.no', 'reserved'],
    ['$match(no, /(a+)+$/)', 'repeats a choice without a limit'],
    ['$match(no, /(?=a)/)', 'uses (?'],
    ['$match(no, /(a)\\1/)', 'refers back'],
    ['a +', 'Unexpected end'],
    ['"open', 'terminated'],
    ['('.repeat(5000), ''],
    [`${'['.repeat(300)}1${']'.repeat(300)}`, 'nests more than 200 deep'],
    ['"x"'.padEnd(30_000), 'more than 20000 characters'],
  ])('%s', (text, reason) => {
    expect(refusal(text)?.reason).toContain(reason);
  });

  it('says where', () => {
    expect(refusal('{"a": no,\n "b": $now()}')).toMatchObject({ position: 20 });
  });
});

describe('what would not end, or would not fit', () => {
  it.each([
    ['a loop', '($f := function($n) { $f($n + 1) }; $f(0))', 'steps deep'],
    ['a loop through itself', '($f := function($g) { $g($g) }; $f($f))', 'given on'],
    ['a loop in a loop', '[1..9999].$map([1..9999], function($x) { $x })', 'more than 500000 steps'],
    ['deep recursion', '($f := function($n) { [$f($n + 1)] }; $f(0))', 'steps deep'],
    ['a range of a thousand million', '[1..1e9]', 'more than 10000 elements'],
    ['lists of lists', '[1..9999].[1..9999]', 'steps'],
    [
      'a list that doubles',
      '$reduce([1..40], function($a, $i) { $append($a, $a) }, [1])',
      'more than 10000 elements',
    ],
    ['an object that doubles', '$reduce([1..40], function($a, $i) { {"l": $a, "r": $a} }, 1)', 'values'],
    [
      'an object that goes deeper',
      '$reduce([1..999], function($a, $i) { {"in": $a} }, 1)',
      'nests more than 64',
    ],
    ['a text of 1 GB by padding', '$pad("x", 1e9)', 'characters'],
    ['a text of 1 GB by long padding', '$pad("x", 1e5, "0123456789")', 'characters'],
    ['a text that doubles', '$reduce([1..40], function($a, $i) { $a & $a }, "xx")', 'characters'],
    ['a text of a list', '$join([1..9999].("0123456789012345678901234567890123456789"))', 'characters'],
    ['a text of 1 GB by replacing', '$replace($pad("", 9999, "a"), "a", $pad("", 9999, "b"))', 'any length'],
    [
      'a text of 1 GB by replacing with the match',
      '$replace($pad("", 9999, "a"), /a+/, $pad("", 9999, "$0"))',
      'any length',
    ],
    ['a text of an object', '($o := $map([1..99], function($i) { [1..999] }); [1..99].$string($o))', 'steps'],
    ['a matcher that tries too much', '$match($pad("", 3000, "a"), /a*a*a*b/)', 'steps'],
    ['comparing without end', '($o := $map([1..99], function($i) { [1..999] }); [1..99].($o = $o))', 'steps'],
  ])('%s ends, and says why', (_what, text, reason) => {
    const run = () => evaluate(text);
    expect(run).toThrow(ExpressionError);
    expect(run).toThrow(reason);
  });

  it('has room for an order of a thousand lines', () => {
    const lines = Array.from({ length: 1000 }, (_, i) => ({ no: i, sku: `S${i}`, qty: '1', net: '2.50' }));
    const fields = Array.from({ length: 12 }, (_, i) => `"f${i}": sku`).join();
    expect(evaluate(`[lines.{"no": no + 1, "qty": qty, "net": net * 2, ${fields}}]`, { lines })).toHaveLength(
      1000,
    );
  });
});

describe('any expression', () => {
  const pieces = fc.constantFrom(
    ...'lines no qty $ $$ . * + - / % & = < in and ( ) [ ] { } , : ; ? "a" 1 0.5 1..3 := $x function($x){ } ~> # $i # $sum $map $sort $string $merge $each /a+/ null true'.split(
      ' ',
    ),
  );

  it('is refused, gives JSON, or says what went wrong; twice the same', () => {
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 14 }), (words) => {
        const text = words.join(' ');
        const [first, second] = [outcomeOf(text), outcomeOf(text)];
        expect(second).toEqual(first);
      }),
      { numRuns: 500 },
    );
  });

  function outcomeOf(text: string): unknown {
    if (refusal(text) !== null) return refusal(text);
    try {
      return JSON.stringify(evaluate(text, order));
    } catch (error) {
      if (error instanceof ExpressionError) return error.message;
      throw error;
    }
  }
});
