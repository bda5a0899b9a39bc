import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Pool } from 'pg';
import { z } from 'zod';
import { AGES, type Digest, readDigest } from '../../projections/digest';
import { instantText, money, position } from '../drifts/drift-schema';
import { notReady } from '../refusals';
import { POOL } from '../tokens';

const count = z.number().int();
const sums = z.array(money).describe('A sum for each currency.');

export const digestView = z.object({
  position,
  asOf: instantText.describe('The clock of the ledger at that position.'),
  opened: count.describe('New since a day before.'),
  resolved: count,
  open: count,
  accepted: count,
  atRisk: sums,
  ageing: z
    .array(z.object({ days: z.enum(AGES), drifts: count, atRisk: sums }))
    .describe('Of what is open, by its age in whole days.'),
  detectors: z.array(
    z.object({ detector: z.string(), open: count, opened: count, resolved: count, atRisk: sums }),
  ),
  shipmentsWithoutFulfilment: count.describe('Dispatched in Scend, due in Prima, and not there.'),
  stock: z
    .object({ explained: z.string(), unexplained: z.string(), share: z.number().nullable() })
    .describe(
      'Of the units by which the positions of stock differ, what facts account for; share from 0 to 1, null where nothing differs.',
    ),
});

export class GetDigest extends Query<Digest> {}

@QueryHandler(GetDigest)
export class GetDigestHandler implements IQueryHandler<GetDigest> {
  constructor(@Inject(POOL) private readonly pool: Pool) {}

  async execute(): Promise<Digest> {
    const digest = await readDigest(this.pool);
    if (digest === null) throw notReady();
    return digest;
  }
}
