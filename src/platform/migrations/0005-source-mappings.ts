import type { MigrationInterface, QueryRunner } from 'typeorm';
import { forwardOnly, migrationName } from './migration-name';

/** How the messages of a custom source are read. Text and not jsonb: settings are compared as they were written. */
export class SourceMappings implements MigrationInterface {
  readonly name = migrationName(5, 'source-mappings');

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE app.sources ADD COLUMN mapping text`);
  }

  down(): Promise<void> {
    return Promise.reject(forwardOnly(this.name));
  }
}
