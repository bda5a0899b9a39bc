/** Tolerances, graces, lateness and intervals: what a retailer decides. Versioned; applied to all of history by a replay. */
import { z } from 'zod';

const seconds = z
  .number()
  .int()
  .nonnegative()
  .max(400 * 86_400);

const detectorPolicy = z
  .object({
    graceSeconds: seconds.optional(),
    /** Grace where payment terms other than `prepaid` apply. */
    accountGraceSeconds: seconds.optional(),
    /** How far behind a feed may be. */
    toleranceSeconds: seconds.optional(),
    toleranceMinor: z.number().int().nonnegative().optional(),
    severity: z.enum(['critical', 'high', 'medium', 'low']).optional(),
    enabled: z.boolean().optional(),
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

export const policySchema = z
  .object({
    /** Whether a replay's result is put in force by another verified actor than the one who asked for it. */
    promotion: z.object({ fourEyes: z.boolean() }).strict().optional(),
    /** By detector code. */
    detectors: z.record(z.string(), detectorPolicy).default({}),
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

export const defaultPolicy: Policy = policySchema.parse({});

export function graceMs(policy: Policy, code: string, defaultSeconds: number): number {
  return (policy.detectors[code]?.graceSeconds ?? defaultSeconds) * 1000;
}

export function toleranceMs(policy: Policy, code: string, defaultSeconds: number): number {
  return (policy.detectors[code]?.toleranceSeconds ?? defaultSeconds) * 1000;
}

export type SkuFormat = NonNullable<Policy['skuFormat']>;

const DEFAULT_SKU_FORMAT: SkuFormat = { maxLength: 40, characters: '._-' };

export function skuFormat(policy: Policy): SkuFormat {
  return policy.skuFormat ?? DEFAULT_SKU_FORMAT;
}
