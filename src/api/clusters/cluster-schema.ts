import { z } from 'zod';
import { instantText, money, position, severities } from '../drifts/drift-schema';
import { named } from '../openapi/named';

export const cluster = named('Cluster', {
  id: z.string(),
  detector: z.string(),
  cause: z.object({
    code: z.string(),
    about: z
      .string()
      .nullable()
      .describe('What they have in common beside the cause: a SKU, a word that no table has, a field.'),
  }),
  severity: z.enum(severities).describe('Of the gravest that is open.'),
  open: z.number().int().describe('Drifts of this cause that are open.'),
  accepted: z.number().int(),
  amountAtRisk: z.array(money).describe('Of those that are open, a sum for each currency.'),
  firstSeen: instantText.describe('When the oldest one that is open has opened.'),
  lastSeen: instantText,
  firstDivergence: z.object({ position, occurredAt: instantText }).nullable(),
  owners: z.array(z.string()),
  change: z
    .object({
      kind: z.string(),
      system: z.string(),
      text: z.string(),
      closes: z.number().int().describe('How many of `looked` propose the same.'),
      looked: z.number().int().describe('The oldest of them, at most 50.'),
    })
    .nullable()
    .describe('The one change that would close most of them, as the oldest of those words it.'),
});

export const clusterActs = named('ClusterActs', {
  cluster,
  acts: z.number().int().describe('Drifts that it was done to: those that were open.'),
  position: position
    .nullable()
    .describe('Where the last act is in the ledger; null where none was recorded.'),
});

export type ClusterView = z.output<typeof cluster>;
export type ClusterActsView = z.output<typeof clusterActs>;
