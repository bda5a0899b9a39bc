import type { MigrationInterface, QueryRunner } from 'typeorm';
import { forwardOnly, migrationName } from './migration-name';

/** What a promotion opened and closed is one alert, of no single drift. */
export class PromotionAlerts implements MigrationInterface {
  readonly name = migrationName(8, 'promotion-alerts');

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE app.outbox DROP CONSTRAINT outbox_kind_check;
      ALTER TABLE app.outbox ADD CONSTRAINT outbox_kind_check
        CHECK (kind IN ('drift.opened', 'drift.resolved', 'generation.promoted'));
      ALTER TABLE app.outbox ALTER COLUMN drift_id DROP NOT NULL;
      ALTER TABLE app.outbox ADD CONSTRAINT outbox_drift CHECK ((drift_id IS NULL) = (kind = 'generation.promoted'));
    `);
  }

  down(): Promise<void> {
    return Promise.reject(forwardOnly(this.name));
  }
}
