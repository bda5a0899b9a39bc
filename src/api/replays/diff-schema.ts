/** One difference between two generations, in the shape of its section. */
import { z } from 'zod';
import { refusalCodes } from '../../domain/sources/source-kind';
import { type Section, sectionNames } from '../../projections/diff';
import { matchStates } from '../matches/match-schema';
import { money, position } from '../drifts/drift-schema';
import { named } from '../openapi/named';
import { paging, querySchema } from '../requests/query';

export const diffFilter = querySchema({
  section: z
    .enum(sectionNames)
    .describe(
      'drifts; what Scend and Prima have of each stock position; matches of fulfilment and invoice; messages in quarantine; ' +
        'or cases of one kind, field by field.',
    ),
  ...paging,
});

const caseChange = z.enum(['added', 'removed', 'changed']);
const text = z.string();
const json = z.unknown().describe('Any JSON; null where it is not there.');
const figures = z.object({ physical: text, free: text }).describe('Decimal text, base units.');

const driftSide = z.object({
  id: text,
  severity: text,
  owner: text.nullable(),
  cause: text,
  amountAtRisk: money.nullable(),
  unitsAtRisk: text.nullable(),
  difference: json,
});
const driftDifference = named('DriftDifference', {
  change: z.enum(['opened', 'closed', 'changed']),
  detector: text,
  subject: text,
  discriminator: text,
  before: driftSide.nullable(),
  after: driftSide.nullable(),
});

const fieldDifference = named('FieldDifference', {
  change: caseChange,
  subject: text,
  path: text.describe(
    '`dispatched[scend/evt-1].value.lines[0].sku`; empty where the whole case is on one side only.',
  ),
  before: json,
  after: json,
});

const stockSide = z.object({
  scend: figures.nullable(),
  prima: figures.nullable(),
  unexplained: figures.nullable(),
});
const stockDifference = named('StockDifference', {
  change: caseChange,
  sku: text,
  warehouse: text,
  before: stockSide.nullable(),
  after: stockSide.nullable(),
});

const matchSide = z.object({ sku: text, quantity: text, state: z.enum(matchStates) });
const matchDifference = named('MatchDifference', {
  change: caseChange,
  order: text,
  invoiceNo: text.nullable(),
  invoiceLine: z.number().int().nullable(),
  fulfilmentNo: text.nullable(),
  fulfilmentLine: z.number().int().nullable(),
  before: matchSide.nullable(),
  after: matchSide.nullable(),
});

const quarantineSide = z.object({
  code: z.enum(refusalCodes),
  reason: text,
  path: text.nullable(),
});
const quarantineDifference = named('QuarantineDifference', {
  change: z.enum(['left', 'entered', 'changed']),
  position,
  source: text,
  type: text.nullable(),
  key: text.nullable(),
  before: quarantineSide.nullable(),
  after: quarantineSide.nullable(),
});

export const diffItem = z.union([
  driftDifference,
  fieldDifference,
  stockDifference,
  matchDifference,
  quarantineDifference,
]);

const bothSides = (...fields: string[]) =>
  ['before', 'after'].flatMap((side) => fields.map((field) => `${side}.${field}`));

const FIELD_COLUMNS = ['change', 'subject', 'path', 'before', 'after'];

/** The columns of a section's CSV. */
const COLUMNS: Partial<Record<Section, readonly string[]>> = {
  drifts: [
    ...['change', 'detector', 'subject', 'discriminator'],
    ...bothSides(
      'id',
      'severity',
      'owner',
      'cause',
      'amountAtRisk.minor',
      'amountAtRisk.currency',
      'unitsAtRisk',
      'difference',
    ),
  ],
  stock: [
    ...['change', 'sku', 'warehouse'],
    ...bothSides(
      ...['scend.physical', 'scend.free', 'prima.physical', 'prima.free'],
      ...['unexplained.physical', 'unexplained.free'],
    ),
  ],
  matches: [
    ...['change', 'order', 'invoiceNo', 'invoiceLine', 'fulfilmentNo', 'fulfilmentLine'],
    ...bothSides('sku', 'quantity', 'state'),
  ],
  quarantine: [...['change', 'position', 'source', 'type', 'key'], ...bothSides('code', 'reason', 'path')],
};

export function diffColumns(section: Section): readonly string[] {
  return COLUMNS[section] ?? FIELD_COLUMNS;
}
