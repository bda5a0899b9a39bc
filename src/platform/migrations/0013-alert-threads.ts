import type { MigrationInterface, QueryRunner } from 'typeorm';
import { forwardOnly, migrationName } from './migration-name';

/** Threads of one cause, the message that an alert is part of, what was not told because it had ended, and delivery to machines. */
export class AlertThreads implements MigrationInterface {
  readonly name = migrationName(13, 'alert-threads');

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE app.alert_threads (
        -- Also in the metadata of the thread's first message, by which it is found again.
        key text PRIMARY KEY,
        -- A cluster's id, or surge/ and a detector.
        about text NOT NULL,
        -- What it is called when nothing of it is left.
        title text NOT NULL,
        place text NOT NULL,
        -- Slack's name of the message; null until it is known to be there.
        ts text,
        tried boolean NOT NULL DEFAULT false,
        told text,
        dirty boolean NOT NULL DEFAULT true,
        created_at timestamptz NOT NULL DEFAULT now(),
        refreshed_at timestamptz NOT NULL DEFAULT now(),
        closed_at timestamptz
      );
      CREATE UNIQUE INDEX alert_threads_open ON app.alert_threads (about, place) WHERE closed_at IS NULL;
      CREATE INDEX alert_threads_about ON app.alert_threads (about, place, created_at);
      CREATE INDEX alert_threads_due ON app.alert_threads (refreshed_at) WHERE dirty OR closed_at IS NULL;

      ALTER TABLE app.outbox
        ADD COLUMN message text,
        ADD COLUMN cluster text,
        ADD COLUMN hook_status text NOT NULL DEFAULT 'kept' CHECK (hook_status IN ('pending', 'sent', 'kept', 'dead')),
        ADD COLUMN hook_attempts integer NOT NULL DEFAULT 0,
        ADD COLUMN hook_next_attempt_at timestamptz NOT NULL DEFAULT now(),
        ADD COLUMN hook_last_error text,
        ADD COLUMN hook_sent_at timestamptz;
      -- What was there before is not sent after the fact.
      ALTER TABLE app.outbox ALTER COLUMN hook_status SET DEFAULT 'pending';
      CREATE INDEX outbox_hook_due ON app.outbox (hook_next_attempt_at) WHERE hook_status = 'pending';
      CREATE INDEX outbox_opened ON app.outbox (created_at) WHERE kind = 'drift.opened';
      CREATE INDEX outbox_drift ON app.outbox (drift_id, created_at) WHERE kind = 'drift.opened';

      ALTER TABLE app.outbox DROP CONSTRAINT outbox_status_check;
      ALTER TABLE app.outbox ADD CONSTRAINT outbox_status_check
        CHECK (status IN ('pending', 'sent', 'kept', 'dead', 'damped'));
      ALTER TABLE app.outbox DROP CONSTRAINT outbox_kind_check;
      ALTER TABLE app.outbox ADD CONSTRAINT outbox_kind_check
        CHECK (kind IN ('drift.opened', 'drift.resolved', 'generation.promoted', 'import.completed', 'digest'));
    `);
  }

  down(): Promise<void> {
    return Promise.reject(forwardOnly(this.name));
  }
}
