import type { MigrationInterface, QueryRunner } from 'typeorm';
import { forwardOnly, migrationName } from './migration-name';

/** Keys that open nothing any more, whatever a configuration file says. By the token, so that a name may have a new one. */
export class RevokedKeys implements MigrationInterface {
  readonly name = migrationName(14, 'revoked-keys');

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE app.revoked_keys (
        sha256 bytea PRIMARY KEY CHECK (octet_length(sha256) = 32),
        name text NOT NULL,
        reason text,
        revoked_at timestamptz NOT NULL DEFAULT now()
      );
    `);
  }

  down(): Promise<void> {
    return Promise.reject(forwardOnly(this.name));
  }
}
