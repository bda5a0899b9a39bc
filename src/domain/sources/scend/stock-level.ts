import { z } from 'zod';
import { peekClock, readClock } from '../clock';
import { messageType } from '../message-type';
import * as native from '../native';
import { readCode, readOptionalCount, readText, readUnits } from '../read';
import { each, inside, refuseRepeats, Unreadable } from '../unreadable';
import { event } from './common';

const line = z.object({
  sku: native.code,
  /** Not a zod record: that one drops a status called `__proto__` without a word. */
  statuses: z.custom<object>(isObject, 'must be an object of quantities by status').meta({
    type: 'object',
    additionalProperties: { type: 'integer', minimum: -999_999_999, maximum: 999_999_999 },
  }),
  unlocated: native.units.nullish(),
  as_of: native.optionalTime,
  sequence: native.optionalCount,
});

/** Absolute counts, one fact per SKU, since each line has its own clock. A SKU counted twice says nothing: invalid. */
export const stockLevel = messageType({
  type: 'stock.level',
  keyFields: ['event_id'],
  clockFields: ['occurred_at'],
  /** The message speaks for the newest of its lines. */
  clock(message, zone) {
    if (!Array.isArray(message.lines)) return null;
    const clocks = message.lines.map((entry: unknown) =>
      isObject(entry) ? peekClock(entry as Record<string, unknown>, ['as_of'], zone) : null,
    );
    return clocks.reduce<number | null>((a, b) => (a === null || (b !== null && b > a) ? b : a), null);
  },
  schema: z.object({ ...event, event_type: z.literal('stock.level'), lines: z.array(line) }),
  facts(message, head, zone) {
    refuseRepeats('lines', message.lines, ({ sku }) => sku);
    const warehouse = readCode(message.warehouse, 'warehouse');
    return each('lines', message.lines, (level) => {
      const sku = readCode(level.sku, 'sku');
      return {
        type: 'stock-level' as const,
        doc: `${head.doc}/${sku}`,
        revision: head.revision,
        occurredAt: level.as_of ? readClock(level.as_of, 'as_of', zone) : head.occurredAt,
        body: {
          warehouse,
          sku,
          statuses: inside('statuses', () => readStatuses(level.statuses)),
          unlocated: readUnits(level.unlocated ?? 0, 'unlocated'),
          sequence: readOptionalCount(level.sequence, 'sequence'),
        },
      };
    });
  },
});

/** By name: the names of an object have no order, and its notation must not make another content of it. */
function readStatuses(statuses: object) {
  const entries = Object.entries(statuses).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([status, quantity]: [string, unknown]) => {
    if (typeof quantity !== 'number') throw new Unreadable(status.slice(0, 50), 'must be an integer');
    return { status: readText(status, ''), quantity: readUnits(quantity, status) };
  });
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
