/** The shape in which a drift is told, everywhere. */
import { z } from 'zod';
import { named } from '../openapi/named';

export const instantText = z.iso.datetime().describe('RFC 3339, UTC.');
export const position = z.number().int().nonnegative().describe('A position in the ledger.');
const json = z.unknown().describe('Any JSON.');
export const money = z
  .object({ minor: z.number().int(), currency: z.string() })
  .describe('Integer minor units of an ISO 4217 currency.');

export const driftStatuses = ['open', 'accepted', 'consequence', 'resolved'] as const;
export const severities = ['critical', 'high', 'medium', 'low'] as const;

export const driftAct = named('Act', {
  type: z.enum(['acknowledged', 'assigned', 'commented', 'accepted']),
  fact: position,
  at: instantText,
  actor: z.string(),
  occurrence: z.number().int(),
  comment: z.string().nullable(),
  assignee: z.string().nullable(),
  until: instantText.nullable().describe('Of an acceptance: when it ends.'),
});

export const drift = named('Drift', {
  id: z.string(),
  detector: z.string(),
  cluster: z.string().describe('Drifts of one cause have it in common: `/v1/clusters/{cluster}`.'),
  subject: z.object({ kind: z.string(), id: z.string() }),
  discriminator: z.string(),
  severity: z.enum(severities),
  owner: z
    .string()
    .nullable()
    .describe('Who has to see to it: the person who was assigned last, else whom the policy names.'),
  status: z.enum(driftStatuses),
  occurrence: z.number().int(),
  openedAt: instantText,
  dueAt: instantText,
  resolvedAt: instantText.nullable(),
  resolvedBy: position.nullable(),
  sides: z.array(z.object({ system: z.string(), value: json, fact: position.nullable() })),
  difference: json.describe('The unexplained difference.'),
  explained: z.array(z.object({ reason: z.string(), value: z.string(), facts: z.array(position) })),
  amountAtRisk: money.nullable(),
  unitsAtRisk: z.string().nullable().describe('Decimal text, base units.'),
  cause: z.object({ code: z.string(), detail: z.string(), about: z.string().optional() }),
  firstDivergence: z.object({ fact: position, position, occurredAt: instantText }).nullable(),
  fixes: z.array(z.object({ kind: z.string(), system: z.string(), text: z.string() })),
  aliases: z
    .array(z.string())
    .describe('Identifiers that it had before a late reference renamed its subject.'),
});

export const driftEvent = named('DriftEvent', {
  type: z.string(),
  position,
  at: instantText,
  status: z.enum(driftStatuses),
  occurrence: z.number().int(),
  detail: z.string(),
});

export const factHead = named('FactHead', {
  position,
  source: z.string(),
  type: z.string().nullable(),
  key: z.string().nullable(),
  occurredAt: instantText.nullable(),
  recordedAt: instantText,
  actor: z.string(),
});

export const traceId = z
  .string()
  .nullable()
  .describe('W3C trace id of the request that brought it; null where it came otherwise, or nobody knows.');

export const tracedFactHead = named('TracedFactHead', { ...factHead.shape, trace: traceId });

export const driftDetail = drift
  .extend({
    acts: z.array(driftAct),
    history: z.array(driftEvent),
    facts: z.array(tracedFactHead).describe('The facts that the drift refers to.'),
    trace: traceId.describe('Of the fact at which the sides parted, else of the one that opened it.'),
  })
  .meta({ id: 'DriftDetail' });

export type DriftView = z.output<typeof drift>;
export type DriftDetail = z.output<typeof driftDetail>;
export type DriftActView = z.output<typeof driftAct>;
export type DriftEventView = z.output<typeof driftEvent>;
