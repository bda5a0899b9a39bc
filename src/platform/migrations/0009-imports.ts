import type { MigrationInterface, QueryRunner } from 'typeorm';
import { forwardOnly, migrationName } from './migration-name';

/** While history is imported nobody is alerted; its end is one alert, of no single drift. */
export class Imports implements MigrationInterface {
  readonly name = migrationName(9, 'imports');

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE app.imports (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        reason text,
        begun_by text NOT NULL,
        begun_at timestamptz NOT NULL DEFAULT now(),
        -- The ledger's head then: what is found by facts after it alerts nobody.
        from_position bigint NOT NULL,
        ended_by text,
        -- History is complete; what is still to be heard of every source is waited for.
        ended_at timestamptz,
        -- The ledger's head then, up to which must be folded.
        head_position bigint,
        waits boolean NOT NULL DEFAULT true,
        -- The last fact that alerts nobody; null until the summary is written.
        to_position bigint,
        CONSTRAINT imports_end CHECK (to_position IS NULL OR ended_at IS NOT NULL)
      );
      -- One at a time.
      CREATE UNIQUE INDEX imports_open ON app.imports ((true)) WHERE to_position IS NULL;
      ALTER TABLE app.outbox DROP CONSTRAINT outbox_kind_check;
      ALTER TABLE app.outbox ADD CONSTRAINT outbox_kind_check
        CHECK (kind IN ('drift.opened', 'drift.resolved', 'generation.promoted', 'import.completed'));
      ALTER TABLE app.outbox DROP CONSTRAINT outbox_drift;
      ALTER TABLE app.outbox ADD CONSTRAINT outbox_drift CHECK ((drift_id IS NOT NULL) = (kind LIKE 'drift.%'));
    `);
  }

  down(): Promise<void> {
    return Promise.reject(forwardOnly(this.name));
  }
}
