import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Pool } from 'pg';
import { ReadModels } from '../entities/read-models';
import { AlertEntity } from '../entities/alert.entity';
import { alertNotDead, alertNotFound, alertOutdated } from '../refusals';
import { POOL } from '../tokens';
import { type AlertView, alertView } from './list-alerts';

export class ResendAlert extends Command<AlertView> {
  constructor(readonly id: number) {
    super();
  }
}

/**
 * What was given up is tried again from the first attempt on, wherever it was given up. Not where something was told of the
 * drift since: what was told last is what it is.
 */
@CommandHandler(ResendAlert)
export class ResendAlertHandler implements ICommandHandler<ResendAlert> {
  constructor(
    private readonly models: ReadModels,
    @Inject(POOL) private readonly pool: Pool,
  ) {}

  async execute({ id }: ResendAlert): Promise<AlertView> {
    const { rows } = await this.pool.query<{ id: number }>(LATER, [id]);
    if (rows[0]) throw alertOutdated(id, rows[0].id);
    const { rowCount } = await this.pool.query(RESEND, [id]);
    const row = await this.models.of(AlertEntity).findOneBy({ id });
    if (!row) throw alertNotFound(id);
    if (rowCount === 0) throw alertNotDead(id);
    return alertView(row, new Map());
  }
}

const LATER = `
  SELECT later.id FROM app.outbox o JOIN app.outbox later ON later.told_as = o.told_as AND later.id > o.id
   WHERE o.id = $1 ORDER BY later.id DESC LIMIT 1`;

/** Its message keeps its name: Slack is asked whether it has it before it gets it again. */
const RESEND = `
  UPDATE app.outbox SET
    attempts = CASE WHEN status = 'dead' THEN 0 ELSE attempts END,
    next_attempt_at = CASE WHEN status = 'dead' THEN now() ELSE next_attempt_at END,
    status = CASE WHEN status = 'dead' THEN 'pending' ELSE status END,
    hook_attempts = CASE WHEN hook_status = 'dead' THEN 0 ELSE hook_attempts END,
    hook_next_attempt_at = CASE WHEN hook_status = 'dead' THEN now() ELSE hook_next_attempt_at END,
    hook_status = CASE WHEN hook_status = 'dead' THEN 'pending' ELSE hook_status END,
    publish_error = NULL
   WHERE id = $1 AND ('dead' IN (status, hook_status) OR publish_error IS NOT NULL)`;
