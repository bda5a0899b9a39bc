import type { MigrationInterface, QueryRunner } from 'typeorm';
import { forwardOnly, migrationName } from './migration-name';

/** When an alert was published to a topic: apart from whether it was sent to people, which may fail or be switched off. */
export class PublishedAlerts implements MigrationInterface {
  readonly name = migrationName(10, 'published-alerts');

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE app.outbox ADD COLUMN published_at timestamptz;
      CREATE INDEX outbox_unpublished ON app.outbox (id) WHERE published_at IS NULL;
    `);
  }

  down(): Promise<void> {
    return Promise.reject(forwardOnly(this.name));
  }
}
