/** Any system, read by the expressions in its source's settings. */
import { ExpressionError } from '../../expressions/error';
import type { Expression } from '../../expressions/expression';
import { readable, TooDeep } from '../../expressions/values';
import { readClock } from '../clock';
import type { Fields } from '../message-type';
import { invalid, isFields, MAX_KEY, orNull } from '../native-kind';
import { withinItems } from '../most-items';
import { readCode, readCount } from '../read';
import type { Envelope, SourceKind, SourceSettings, Translation } from '../source-kind';
import { inside, Unreadable } from '../unreadable';
import { zoneOffset, type ZoneOffset } from '../zone';
import { compileMapping, type CompiledMapping } from './compile';
import { readFacts } from './facts';
import type { CustomMapping } from './mapping';
import { own } from '../../own';

export const CUSTOM = 'custom';

/** Settings are plain data and stay the same object as long as they stay the same: each is compiled once. */
const kinds = new WeakMap<CustomMapping, SourceKind>();

export function customKind(mapping: CustomMapping): SourceKind {
  let kind = kinds.get(mapping);
  if (!kind) kinds.set(mapping, (kind = makeKind(mapping)));
  return kind;
}

function makeKind(mapping: CustomMapping): SourceKind {
  const outcome = compileMapping(mapping);
  const { plays, transportFields, orderField, types } = mapping;
  return {
    kind: plays ?? CUSTOM,
    transportFields,
    orderField,
    webhook: null,
    streamOf(type) {
      if (type === null) return 'unknown';
      return own(types, type)?.stream ?? type;
    },
    envelope: (message, source) => (outcome.ok ? envelope(outcome.compiled, message, source) : NOTHING),
    translate: (message, source) => (outcome.ok ? translate(outcome.compiled, message, source) : BROKEN),
  };
}

const NOTHING: Envelope = { type: null, key: null, occurredAt: null };

/** Settings are checked before they are recorded; only another version of this code may find them wrong later. */
const BROKEN: Translation = {
  ok: false,
  code: 'message-unmapped',
  reason: 'an expression of its source can no longer be used: configure the source anew',
  path: null,
};

function envelope(compiled: CompiledMapping, message: unknown, { timeZone }: SourceSettings): Envelope {
  const zone = zoneOffset(timeZone);
  const input = orNull(() => inputOf(message));
  const type = input && orNull(() => readType(compiled.type, input, zone));
  if (input === null || type === null) return NOTHING;
  const { key, time } = compiled.types.get(type) ?? compiled;
  return {
    type,
    key: orNull(() => readKey(key, type, input, zone)),
    occurredAt: orNull(() => readTime(time, input, zone)),
  };
}

function translate(compiled: CompiledMapping, message: unknown, { timeZone }: SourceSettings): Translation {
  try {
    const zone = zoneOffset(timeZone);
    const input = inputOf(message);
    const type = readType(compiled.type, input, zone);
    const rule = compiled.types.get(type);
    if (!rule) return unmapped(type);
    const doc = readKey(rule.key, type, input, zone);
    const occurredAt = readTime(rule.time, input, zone);
    const revision = readRevision(rule.revision, input, zone);
    const result = evaluated(rule.facts, `${rule.place}.facts`, input, zone);
    return {
      ok: true,
      facts: inside(`${rule.place}.facts`, () =>
        withinItems(readFacts(result, { doc, revision, occurredAt }, zone)),
      ),
    };
  } catch (error) {
    return invalid(error);
  }
}

function inputOf(message: unknown): Fields {
  if (!isFields(message)) throw new Unreadable('', 'must be a JSON object');
  try {
    return readable(message) as Fields;
  } catch (error) {
    if (error instanceof TooDeep) throw new Unreadable('', 'is nested too deeply');
    throw error;
  }
}

/** What is said names the expression: the message may be as it should be. */
function evaluated(expression: Expression, place: string, input: Fields, zone: ZoneOffset): unknown {
  try {
    return expression.run(input, zone);
  } catch (error) {
    if (error instanceof ExpressionError) throw new Unreadable(place, error.message);
    throw error;
  }
}

/** Text, or a number as its digits. */
function readName(expression: Expression, place: string, input: Fields, zone: ZoneOffset): string {
  const value = evaluated(expression, place, input, zone);
  if (value === undefined || value === null) throw new Unreadable(place, 'gives nothing, and is required');
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') throw new Unreadable(place, 'must give text');
  return readCode(value, place);
}

function readType(expression: Expression, input: Fields, zone: ZoneOffset): string {
  return readName(expression, 'type', input, zone);
}

function readKey(expression: Expression, type: string, input: Fields, zone: ZoneOffset): string {
  const key = `${type}/${readName(expression, 'key', input, zone)}`;
  if (key.length > MAX_KEY) throw new Unreadable('key', `has more than ${MAX_KEY} characters`);
  return key;
}

function readTime(expression: Expression, input: Fields, zone: ZoneOffset): number {
  const value = evaluated(expression, 'time', input, zone);
  if (value === undefined || value === null) throw new Unreadable('time', 'gives nothing, and is required');
  if (typeof value !== 'string')
    throw new Unreadable('time', 'must give an RFC 3339 time as text; $fromMillis makes one');
  return readClock(value, 'time', zone);
}

function readRevision(expression: Expression | null, input: Fields, zone: ZoneOffset): number {
  const value = expression && evaluated(expression, 'revision', input, zone);
  if (value === undefined || value === null) return 0;
  if (typeof value !== 'number')
    throw new Unreadable('revision', 'must give a whole number; $number makes one');
  return readCount(value, 'revision');
}

function unmapped(type: string): Translation {
  return {
    ok: false,
    code: 'message-unmapped',
    reason: `no expression handles the type ${type}`,
    path: 'type',
  };
}
