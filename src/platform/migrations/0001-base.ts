import type { MigrationInterface, QueryRunner } from 'typeorm';
import { forwardOnly, migrationName } from './migration-name';

export class Base implements MigrationInterface {
  readonly name = migrationName(1, 'base');

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE SCHEMA IF NOT EXISTS app;
      COMMENT ON SCHEMA app IS 'Configuration, annotations, outbox and the record of migrations';

      CREATE SCHEMA ledger;
      COMMENT ON SCHEMA ledger IS 'The append-only facts and their chain';
    `);
  }

  down(): Promise<void> {
    return Promise.reject(forwardOnly(this.name));
  }
}
