import { z } from 'zod';
import { formatInstant } from '../../domain/facts/instant';
import { customMapping } from '../../domain/sources/custom/mapping';
import { zoneOffset } from '../../domain/sources/zone';
import type { ProjectionSource } from '../../projections/settings';
import { instantText } from '../drifts/drift-schema';
import { filterText } from '../requests/query';
import { instantParameter } from '../requests/instant';

const MAX_INTERVAL_SECONDS = 400 * 86_400;

export const sourceName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9-]{0,62}$/,
    'must be 1 to 63 lower-case letters, digits and hyphens, such as prima-uk',
  );

const timeZone = z
  .string()
  .max(100)
  .refine(isTimeZone, 'is no IANA time zone; write it as Europe/London or UTC')
  .describe('IANA zone of times that come without one.');

export const sourceBody = z.strictObject({
  kind: z.string().min(1).max(100),
  timeZone,
  legalEntity: filterText.describe('In whose books.'),
  startsAt: instantParameter('Nothing before it is missing; null: the earliest fact received.')
    .nullable()
    .default(null),
  expectedIntervalSeconds: z
    .number()
    .int()
    .min(1)
    .max(MAX_INTERVAL_SECONDS)
    .nullable()
    .default(null)
    .describe('Silence for longer opens feed-stale; null: what the policy says.'),
  mapping: customMapping
    .optional()
    .describe('Of kind custom: where type, key and time are, and what each type means, as JSONata.'),
});

export const source = z.object({
  name: z.string(),
  kind: z.string(),
  timeZone: z.string(),
  legalEntity: z.string(),
  startsAt: instantText.nullable(),
  expectedIntervalSeconds: z.number().int().nullable(),
  mapping: customMapping.optional(),
});

export const configuredSource = source.extend({
  changed: z.boolean(),
  takesEffect: z
    .enum(['now', 'next-replay'])
    .describe('next-replay: facts that were read with the former settings are read anew by a replay.'),
});

export type SourceView = z.output<typeof source>;
export type ConfiguredView = z.output<typeof configuredSource>;

export function sourceView(each: ProjectionSource): SourceView {
  const { name, kind, timeZone: zone, legalEntity, startsAt, expectedIntervalSeconds, mapping } = each;
  return {
    name,
    kind,
    timeZone: zone,
    legalEntity,
    startsAt: startsAt === null ? null : formatInstant(startsAt),
    expectedIntervalSeconds,
    ...(mapping ? { mapping } : {}),
  };
}

/** Offsets such as +01:00 are zones to newer versions of Node only. */
function isTimeZone(text: string): boolean {
  if (!/^[A-Za-z]/.test(text)) return false;
  try {
    zoneOffset(text);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
