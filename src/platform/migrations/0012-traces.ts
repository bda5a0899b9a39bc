import type { MigrationInterface, QueryRunner } from 'typeorm';
import { forwardOnly, migrationName } from './migration-name';

/** Which request brought which facts. Beside the ledger and no part of its hash: it may be cut short at any time. */
export class Traces implements MigrationInterface {
  readonly name = migrationName(12, 'traces');

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE app.traces (
        -- Facts that one request brought in one go: runs do not overlap.
        first_position bigint PRIMARY KEY,
        last_position bigint NOT NULL,
        -- W3C Trace Context: 00-<trace id>-<span of this service>-<flags>.
        traceparent text NOT NULL
      );
    `);
  }

  down(): Promise<void> {
    return Promise.reject(forwardOnly(this.name));
  }
}
