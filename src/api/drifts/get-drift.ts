import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Pool } from 'pg';
import { tracesOf } from '../../platform/traces/traces-of';
import type { Act } from '../../projections/engine/records';
import type { DriftEntity } from '../entities/drift.entity';
import { ReadModels } from '../entities/read-models';
import { factHeads } from '../facts/fact-heads';
import { traceOfFact } from '../facts/trace';
import { POOL } from '../tokens';
import type { DriftDetail, DriftEventView } from './drift-schema';
import { actsOf, driftView, factsOf } from './drift-view';
import { findDrift } from './find-drift';

export class GetDrift extends Query<DriftDetail> {
  constructor(readonly id: string) {
    super();
  }
}

@QueryHandler(GetDrift)
export class GetDriftHandler implements IQueryHandler<GetDrift> {
  constructor(
    private readonly models: ReadModels,
    @Inject(POOL) private readonly pool: Pool,
  ) {}

  async execute({ id }: GetDrift): Promise<DriftDetail> {
    return driftDetail(this.pool, await findDrift(this.models, id));
  }
}

export async function driftDetail(pool: Pool, row: DriftEntity): Promise<DriftDetail> {
  const view = driftView(row);
  const parted = view.firstDivergence?.position ?? row.openedBy;
  const [acts, history, facts, traces] = await Promise.all([
    pool.query<{ acts: string }>('SELECT acts FROM live.cases WHERE key = $1', [row.caseKey]),
    pool.query<HistoryRow>(HISTORY, [row.caseKey, row.anchor]),
    factHeads(pool, factsOf(view)),
    tracesOf(pool, [...factsOf(view), parted]),
  ]);
  return {
    ...view,
    acts: actsOf(JSON.parse(acts.rows[0]?.acts ?? '[]') as Act[], row.anchor),
    history: history.rows.map(historyView),
    facts: facts.map((fact) => ({ ...fact, trace: traceOfFact(traces, fact.position) })),
    trace: traceOfFact(traces, parted),
  };
}

interface HistoryRow {
  type: string;
  position: number;
  at: Date;
  status: DriftEventView['status'];
  occurrence: number;
  detail: string;
}

/** Events of one position keep no order among themselves but that of their kind: what happened, then what became of it. */
const HISTORY = `
  SELECT type, position, at, status, occurrence, detail FROM live.drift_events
   WHERE case_key = $1 AND anchor = $2 ORDER BY position, type <> 'act', occurrence`;

function historyView({ type, position, at, status, occurrence, detail }: HistoryRow): DriftEventView {
  return { type, position, at: at.toISOString(), status, occurrence, detail };
}
