import type { MigrationInterface, QueryRunner } from 'typeorm';
import { forwardOnly, migrationName } from './migration-name';

/** Generations that are ready and wait for somebody to promote them. */
export class Shadows implements MigrationInterface {
  readonly name = migrationName(4, 'shadows');

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE app.generations DROP CONSTRAINT generations_status_check;
      ALTER TABLE app.generations ADD CONSTRAINT generations_status_check
        CHECK (status IN ('building', 'ready', 'live', 'former', 'dropped'));
      -- Why it was built, in the words of who built it.
      ALTER TABLE app.generations ADD COLUMN reason text;
    `);
  }

  down(): Promise<void> {
    return Promise.reject(forwardOnly(this.name));
  }
}
