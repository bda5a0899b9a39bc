import type { MigrationInterface, QueryRunner } from 'typeorm';
import { forwardOnly, migrationName } from './migration-name';

/** What a generation is built for, so that whoever finds one whose builder died knows what to do with it. */
export class InterruptedReplays implements MigrationInterface {
  readonly name = migrationName(7, 'interrupted-replays');

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE app.generations
        -- draft: waits to be promoted, and is begun anew when its builder dies. upgrade: other code, policy or sources, built by
        -- a start. rebuild: promoted by its builder. basis: what a draft that ends at a fact is compared with.
        ADD COLUMN purpose text NOT NULL DEFAULT 'draft' CHECK (purpose IN ('draft', 'upgrade', 'rebuild', 'basis')),
        -- The last fact in it, where it shall go no further.
        ADD COLUMN last_fact bigint,
        -- The generation that it is compared with; the live one where there is none.
        ADD COLUMN compared_with bigint,
        -- How far it was each time that its builder died, as JSON.
        ADD COLUMN interruptions text NOT NULL DEFAULT '[]',
        -- What it changed when it was built by a start, as JSON.
        ADD COLUMN changes text;
      UPDATE app.generations SET purpose = 'rebuild' WHERE status = 'building' AND requested_by IS NULL;
    `);
  }

  down(): Promise<void> {
    return Promise.reject(forwardOnly(this.name));
  }
}
