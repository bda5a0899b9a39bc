/** The shape in which versions of the mapping and of the policy are told. */
import { z } from 'zod';
import { MAX_ENTRIES, tableNames } from '../../domain/mapping/tables';
import { instantText, position } from '../drifts/drift-schema';
import { named } from '../openapi/named';

const number = z.number().int().nonnegative();
const inForceVersion = number
  .nullable()
  .describe(
    '0: the empty table before all versions. Null: what was never drafted, such as the policy of the configuration.',
  );

export const versionHead = named('Version', {
  version: number,
  at: instantText,
  actor: z.string(),
  reason: z.string().nullable(),
  position,
});

const entries = z.array(z.unknown()).describe('Each as docs/schemas/mapping.json says of this table.');
const policy = z.unknown().describe('As docs/schemas/policy.json says.');
const versions = z.array(versionHead).describe('The newest first, at most 100.');

export const mappingSummary = named('MappingSummary', {
  name: z.enum(tableNames),
  entries: number,
  inForce: inForceVersion,
  draft: versionHead.nullable(),
});

export const mapping = named('Mapping', {
  name: z.enum(tableNames),
  inForce: z.object({ version: inForceVersion, entries }),
  draft: versionHead
    .extend({ entries })
    .nullable()
    .describe('The last version, where it says something else.'),
  versions,
});

export const policyView = named('Policy', {
  inForce: z.object({ version: inForceVersion, policy }),
  draft: versionHead
    .extend({ policy })
    .nullable()
    .describe('The last version, where it says something else.'),
  versions,
});

const changed = z.boolean().describe('False: the last version says so already, and nothing was recorded.');
export const draftedMapping = mapping.extend({ changed }).meta({ id: 'DraftedMapping' });
export const draftedPolicy = policyView.extend({ changed }).meta({ id: 'DraftedPolicy' });

export const reasonText = z
  .string()
  .trim()
  .min(1)
  .max(10_000)
  .refine((text) => !text.includes('\u0000') && text.isWellFormed(), 'must be text without NUL')
  .nullable()
  .default(null);

export const mappingBody = z.strictObject({ entries: entries.max(MAX_ENTRIES), reason: reasonText });
export const policyBody = z.strictObject({
  policy: z.record(z.string(), z.unknown()).describe('As docs/schemas/policy.json says.'),
  reason: reasonText,
});

export type MappingSummary = z.output<typeof mappingSummary>;
export type MappingView = z.output<typeof mapping>;
export type PolicyView = z.output<typeof policyView>;
export type VersionHead = z.output<typeof versionHead>;
