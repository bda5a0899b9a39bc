import { createHash, randomUUID } from 'node:crypto';
import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Pool } from 'pg';
import { type DriftAct, readOwnMessage, writeDriftAct } from '../../domain/sources/tallystick/messages';
import type { Ledger, Proposal } from '../../ledger/port';
import { ownFact } from '../../projections/sources';
import { DriftEntity } from '../entities/drift.entity';
import { ReadModels } from '../entities/read-models';
import { driftNotOpen, keyReused, unknown } from '../refusals';
import type { Recorded } from '../requests/recorded';
import { LEDGER, POOL } from '../tokens';
import { CheckpointWatch } from '../visibility/checkpoint-watch';
import { VISIBLE_WITHIN_MS } from '../visibility/read-model.interceptor';
import type { DriftDetail } from './drift-schema';
import { findDrift } from './find-drift';
import { driftDetail } from './get-drift';

export interface ActRequest {
  /** Identifier or alias of the drift. */
  drift: string;
  type: DriftAct['type'];
  actor: string;
  comment: string | null;
  assignee: string | null;
  /** Of an acceptance, epoch ms: when it ends. */
  until: number | null;
  /** The caller's Idempotency-Key: the same act by the same actor is recorded once. */
  idempotencyKey: string | null;
}

export class ActOnDrift extends Command<Recorded<DriftDetail>> {
  constructor(readonly request: ActRequest) {
    super();
  }
}

/** Records the act as a fact, waits, bounded, until it is folded, and answers the drift. */
@CommandHandler(ActOnDrift)
export class ActOnDriftHandler implements ICommandHandler<ActOnDrift> {
  constructor(
    private readonly models: ReadModels,
    private readonly checkpoint: CheckpointWatch,
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(POOL) private readonly pool: Pool,
  ) {}

  async execute({ request }: ActOnDrift): Promise<Recorded<DriftDetail>> {
    const row = await findDrift(this.models, request.drift);
    const position = await this.record(row, request);
    const visible = await this.checkpoint.reached(position, VISIBLE_WITHIN_MS);
    const after = await this.models.of(DriftEntity).findOneBy({ caseKey: row.caseKey, anchor: row.anchor });
    if (!after) throw unknown('drift', request.drift);
    return { answer: await driftDetail(this.pool, after), position, visible };
  }

  private async record(row: DriftEntity, request: ActRequest): Promise<number> {
    const act = actOn(row, request);
    const known = request.idempotencyKey === null ? null : await this.repeated(act);
    if (known !== null) return known;
    if (act.type === 'drift.accepted' && row.status !== 'open') throw driftNotOpen(row.status);
    const [receipt] = await this.ledger.append([actFact(act)]);
    if (!receipt) throw new Error('the ledger answered no receipt');
    // Two requests with one key at once: the second finds what the first has just recorded.
    return receipt.duplicate ? ((await this.repeated(act)) ?? receipt.position) : receipt.position;
  }

  /** Where this act was recorded before; null if it was not. Throws when the key came with another content. */
  private async repeated(act: DriftAct): Promise<number | null> {
    const [fact] = await this.ledger.find({ source: 'tallystick', key: act.id, limit: 1 });
    if (!fact || typeof fact.payload !== 'string') return null;
    const before = readOwnMessage(JSON.parse(fact.payload));
    if (!before || !('caseKey' in before) || !sameAct(before, act)) throw keyReused();
    return fact.position;
  }
}

/** To be appended: the same act again is a repeat. */
export function actFact(act: DriftAct): Proposal {
  const identity = createHash('sha256')
    .update(JSON.stringify(['act', act.actor, act.id]))
    .digest();
  return { ...ownFact(act.type, act.id, act.at, writeDriftAct(act), act.actor), identity };
}

export function actOn(row: DriftEntity, request: ActRequest): DriftAct {
  const { type, actor, comment, assignee, until, idempotencyKey } = request;
  const id =
    idempotencyKey === null
      ? randomUUID()
      : createHash('sha256')
          .update(JSON.stringify([actor, idempotencyKey]))
          .digest('hex')
          .slice(0, 40);
  return {
    type,
    id,
    drift: row.id,
    caseKey: row.caseKey,
    anchor: row.anchor,
    occurrence: row.occurrence,
    valuesHash: row.valuesHash,
    actor,
    at: Date.now(),
    comment,
    assignee,
    until,
  };
}

function sameAct(a: DriftAct, b: DriftAct): boolean {
  return (['type', 'caseKey', 'anchor', 'comment', 'assignee', 'until'] as const).every(
    (name) => a[name] === b[name],
  );
}
