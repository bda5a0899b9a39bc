/**
 * Tolerances, graces, lateness, intervals and owners: what a retailer decides. Versioned; applied to all of history by a
 * replay. What is said for a part of the trade (`scopes`) goes before what is said for all of it: see `scoped-policy.ts`.
 */
import { z } from 'zod';
import { parseDecimal } from './exact';
import { isPrintable } from './facts/printable';
import { own } from './own';

const seconds = z
  .number()
  .int()
  .nonnegative()
  .max(400 * 86_400);

const word = z
  .string({ error: ({ input }) => (input === undefined ? 'is required' : 'must be text: put it in quotes') })
  .min(1, 'must not be empty')
  .max(200, 'must have at most 200 characters')
  .refine((text) => isPrintable(text) && text !== '__proto__', 'must be printable text');

/** A decimal as text, so that no binary fraction comes near a quantity. */
const decimal = z
  .string({ error: 'must be a decimal in quotes, such as "2.5"' })
  .max(40)
  .refine(
    (text) => (parseDecimal(text, 6) ?? -1) >= 0,
    'must be a decimal of at most 15 digits, 6 of them after the point, and not negative',
  );

const detectorPolicy = z
  .object({
    graceSeconds: seconds.optional(),
    /** Grace where payment terms other than `prepaid` apply. */
    accountGraceSeconds: seconds.optional(),
    /** How far behind a feed may be. */
    toleranceSeconds: seconds.optional(),
    /** Minor units of the document's currency. */
    toleranceMinor: z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER).optional(),
    /** Base units. */
    toleranceUnits: decimal.optional(),
    tolerancePercent: decimal.optional(),
    /** Base units that are kept back before anything is compared. */
    bufferUnits: decimal.optional(),
    severity: z.enum(['critical', 'high', 'medium', 'low']).optional(),
    enabled: z.boolean().optional(),
    /** Who has to see to it, until a person is assigned. */
    owner: word.optional(),
  })
  .strict();

const feedPolicy = z
  .object({
    expectedIntervalSeconds: seconds.min(1).optional(),
    allowedLatenessSeconds: seconds.optional(),
    /** Absence on this feed is decided by the clock alone. */
    silenceMeansNothing: z.boolean().optional(),
  })
  .strict();

/** What a scope can be told by, the most specific first. */
export const dimensions = ['customer', 'sku', 'warehouse', 'channel', 'source'] as const;
export type Dimension = (typeof dimensions)[number];

const match = z
  .strictObject({
    customer: word.optional(),
    /** Whole, or a beginning followed by `*`. */
    sku: word
      .refine(
        (text) => !text.slice(0, -1).includes('*') && text !== '*',
        'may have one * only, after a beginning',
      )
      .optional(),
    warehouse: word.optional(),
    channel: word.optional(),
    source: word.optional(),
  })
  .refine((given) => Object.keys(given).length > 0, {
    error: `must name at least one of ${dimensions.join(', ')}`,
  });

const MAX_SCOPES = 10_000;

export const policySchema = z
  .object({
    promotion: z
      .object({
        /** Whether who promotes has a key, and is none of those who wrote what changes by it. */
        fourEyes: z.boolean().optional(),
        /** Whether what a start with other code, policy or sources has built takes the live one's place by itself. */
        upgrades: z.enum(['automatic', 'by-person']).optional(),
      })
      .strict()
      .optional(),
    /** Of every drift for which nothing more special names one. */
    owner: word.optional(),
    /** Channels beside those that Tallystick knows itself. */
    channels: z.array(word).max(100).optional(),
    /** By detector code. */
    detectors: z.record(z.string(), detectorPolicy).default({}),
    /** What holds for a part of the trade alone, instead of what `detectors` says of all of it. */
    scopes: z
      .array(
        z.strictObject({
          match,
          owner: word.optional(),
          detectors: z.record(z.string(), detectorPolicy).default({}),
        }),
      )
      .max(MAX_SCOPES, `must have at most ${MAX_SCOPES} scopes`)
      .optional(),
    /** By `<source>` or `<source>/<stream>`. */
    feeds: z.record(z.string(), feedPolicy).default({}),
    /** Of a SKU: letters, digits and these, and at most so many of them. */
    skuFormat: z
      .object({
        maxLength: z.number().int().min(1).max(200).default(40),
        characters: z.string().max(100).default('._-'),
      })
      .strict()
      .optional(),
    defaults: z
      .object({
        expectedIntervalSeconds: seconds.min(1).default(86_400),
        allowedLatenessSeconds: seconds.default(0),
      })
      .strict()
      .default({ expectedIntervalSeconds: 86_400, allowedLatenessSeconds: 0 }),
  })
  .strict();

export type Policy = z.output<typeof policySchema>;
export type DetectorPolicy = z.output<typeof detectorPolicy>;
export type Scope = NonNullable<Policy['scopes']>[number];

/** What not every detector reads; see `Detector.reads`. */
export type Setting = Exclude<keyof DetectorPolicy, 'graceSeconds' | 'severity' | 'enabled' | 'owner'>;

export const defaultPolicy: Policy = policySchema.parse({});

export function graceMs(policy: Policy, code: string, defaultSeconds: number): number {
  return (own(policy.detectors, code)?.graceSeconds ?? defaultSeconds) * 1000;
}

export function toleranceMs(policy: Policy, code: string, defaultSeconds: number): number {
  return (own(policy.detectors, code)?.toleranceSeconds ?? defaultSeconds) * 1000;
}

export type SkuFormat = NonNullable<Policy['skuFormat']>;

const DEFAULT_SKU_FORMAT: SkuFormat = { maxLength: 40, characters: '._-' };

export function skuFormat(policy: Policy): SkuFormat {
  return policy.skuFormat ?? DEFAULT_SKU_FORMAT;
}

/** Micro-units; 0 where nothing is said. */
export function unitsOf(policy: Policy, code: string, setting: 'toleranceUnits' | 'bufferUnits'): number {
  const text = own(policy.detectors, code)?.[setting];
  return text === undefined ? 0 : (parseDecimal(text, 6) ?? 0);
}

export function ownerOf(policy: Policy, code: string): string | null {
  return own(policy.detectors, code)?.owner ?? policy.owner ?? null;
}
