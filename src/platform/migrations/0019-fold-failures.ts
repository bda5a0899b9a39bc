import type { MigrationInterface, QueryRunner } from 'typeorm';
import { forwardOnly, migrationName } from './migration-name';

/** Facts that could not be folded or stored, found by bisection: every generation of the same fingerprint leaves them out. */
export class FoldFailures implements MigrationInterface {
  readonly name = migrationName(19, 'fold-failures');

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE app.fold_failures (
        fingerprint text NOT NULL,
        position bigint NOT NULL,
        error text NOT NULL,
        found_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (fingerprint, position)
      )`);
  }

  down(): Promise<void> {
    return Promise.reject(forwardOnly(this.name));
  }
}
