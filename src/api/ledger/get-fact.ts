import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Ledger } from '../../ledger/port';
import type { Pool } from 'pg';
import { tracesOf } from '../../platform/traces/traces-of';
import { type TracedFactView, factView } from '../facts/fact-view';
import { exactPayload } from '../facts/payload';
import { traceOfFact } from '../facts/trace';
import { unknown } from '../refusals';
import { LEDGER, POOL } from '../tokens';

export class GetFact extends Query<TracedFactView> {
  constructor(readonly position: number) {
    super();
  }
}

@QueryHandler(GetFact)
export class GetFactHandler implements IQueryHandler<GetFact> {
  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(POOL) private readonly pool: Pool,
  ) {}

  async execute({ position }: GetFact): Promise<TracedFactView> {
    const [fact] = await this.ledger.at([position]);
    if (!fact) throw unknown('fact', String(position));
    const traces = await tracesOf(this.pool, [position]);
    return { ...factView(fact, exactPayload), trace: traceOfFact(traces, position) };
  }
}
