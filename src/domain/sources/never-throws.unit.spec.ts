import Ajv2020 from 'ajv/dist/2020';
import fc from 'fast-check';
import { canonicalJsonSchema } from '../facts/json-schema';
import { middlewareExamples, primaExamples, scendExamples } from './examples';
import { readJson } from './json';
import { nativeJsonSchema } from './json-schema';
import { middleware } from './middleware';
import type { NativeSourceKind } from './native-kind';
import { prima } from './prima';
import { scend } from './scend';
import { settings } from './testing.fixture';

const kinds: [NativeSourceKind, readonly string[]][] = [
  [prima, Object.values(primaExamples)],
  [scend, Object.values(scendExamples)],
  [middleware, Object.values(middlewareExamples)],
];
const ajv = new Ajv2020({ strict: false, validateFormats: false });
const validators = new Map(kinds.map(([kind]) => [kind.kind, ajv.compile(nativeJsonSchema(kind))]));

/** Values that sit at the edges of what fields accept. */
const oddities: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    '',
    '0',
    '-0',
    '-1',
    '+1',
    '1.',
    '.5',
    '999999999999999',
    '9999999999999999',
    '0.0000001',
    'NaN',
    '__proto__',
    'a\u0000',
    '\ud800',
    '2026-11-20T09:40:00',
    '2026-11-20T09:40:00+25:00',
    '0000-01-01T00:00:00Z',
    'x'.repeat(201),
    'EUR',
    0,
    -0,
    -1,
    0.5,
    1e-7,
    1e21,
    Number.MAX_SAFE_INTEGER,
    2 ** 53,
    1_000_000_000,
    true,
    [],
    {},
    [null],
  ),
  fc.jsonValue(),
);

function withChanges(text: string, changes: readonly [number, unknown][]): unknown {
  const message: unknown = JSON.parse(text);
  for (const [where, value] of changes) {
    const places: [Record<string, unknown>, string][] = [];
    collect(message, places);
    const place = places[where % Math.max(1, places.length)];
    if (!place) continue;
    if (value === undefined) Reflect.deleteProperty(...place);
    else place[0][place[1]] = structuredClone(value);
  }
  return message;
}

function collect(value: unknown, places: [Record<string, unknown>, string][]): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, child] of Object.entries(value)) {
    places.push([value as Record<string, unknown>, name]);
    collect(child, places);
  }
}

const changes = fc.array(
  fc.tuple(
    fc.nat(200),
    fc.oneof({ weight: 1, arbitrary: fc.constant(undefined) }, { weight: 6, arbitrary: oddities }),
  ),
  { minLength: 1, maxLength: 3 },
);

describe.each(kinds)('$kind: whatever comes', (kind, examples) => {
  it('neither envelope nor translate throws on arbitrary JSON', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), (text) => {
        const message = readJson(text);
        expect(kind.envelope(message, settings)).toBeDefined();
        expect(kind.translate(message, settings).ok).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it('an example with anything in any place is a fact within bounds or a reason, and what is accepted is what is published', () => {
    const validate = validators.get(kind.kind)!;
    fc.assert(
      fc.property(fc.constantFrom(...examples), changes, (text, change) => {
        const message = readJson(JSON.stringify(withChanges(text, change)));
        const envelope = kind.envelope(message, settings);
        const translation = kind.translate(message, settings);
        if (!translation.ok) {
          expect(translation.reason).not.toBe('');
          return;
        }
        if (!validate(message)) throw new Error(JSON.stringify([message, validate.errors?.slice(0, 3)]));
        expect(envelope.key).not.toBeNull();
        expect(envelope.occurredAt).not.toBeNull();
        for (const fact of translation.facts) expectBounded(fact);
      }),
      { numRuns: 3000 },
    );
  });

  it('publishes a schema that its examples satisfy', () => {
    const validate = validators.get(kind.kind)!;
    for (const text of examples) expect([validate(JSON.parse(text)), validate.errors]).toEqual([true, null]);
  });
});

it('publishes a canonical schema that is one', () => {
  expect(() => ajv.compile(canonicalJsonSchema())).not.toThrow();
});

/** Every number is a safe integer and every text can be stored by PostgreSQL. */
function expectBounded(value: unknown): void {
  if (typeof value === 'number') expect(Number.isSafeInteger(value) && !Object.is(value, -0)).toBe(true);
  if (typeof value === 'string') expect(value.includes('\u0000') || !value.isWellFormed()).toBe(false);
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(expectBounded);
}
