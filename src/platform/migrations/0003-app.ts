import type { MigrationInterface, QueryRunner } from 'typeorm';
import { forwardOnly, migrationName } from './migration-name';

/** Configured sources, generations, the projector's lease, the outbox of reactions, and signatures already seen. */
export class App implements MigrationInterface {
  readonly name = migrationName(3, 'app');

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE app.sources (
        name text PRIMARY KEY,
        kind text NOT NULL,
        time_zone text NOT NULL,
        legal_entity text NOT NULL,
        starts_at timestamptz,
        expected_interval_seconds integer,
        -- Name of the environment variable that holds the webhook's secret; never the secret.
        webhook_secret_env text,
        updated_at timestamptz NOT NULL DEFAULT now()
      );

      CREATE TABLE app.generations (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        schema_name text NOT NULL,
        fingerprint text NOT NULL,
        settings text NOT NULL,
        status text NOT NULL CHECK (status IN ('building', 'live', 'former', 'dropped')),
        created_at timestamptz NOT NULL DEFAULT now(),
        promoted_at timestamptz
      );
      CREATE UNIQUE INDEX generations_one_live ON app.generations (status) WHERE status = 'live';

      CREATE TABLE app.leases (
        name text PRIMARY KEY,
        holder text NOT NULL,
        expires_at timestamptz NOT NULL
      );

      CREATE TABLE app.outbox (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        -- One alert a transition of one occurrence, however often it is folded.
        idempotency_key text NOT NULL UNIQUE,
        kind text NOT NULL CHECK (kind IN ('drift.opened', 'drift.resolved')),
        drift_id text NOT NULL,
        body text NOT NULL,
        position bigint NOT NULL,
        status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'sent', 'kept', 'dead')),
        attempts integer NOT NULL DEFAULT 0,
        next_attempt_at timestamptz NOT NULL DEFAULT now(),
        last_error text,
        created_at timestamptz NOT NULL DEFAULT now(),
        sent_at timestamptz
      );
      CREATE INDEX outbox_due ON app.outbox (next_attempt_at) WHERE status = 'pending';

      CREATE TABLE app.seen_signatures (
        replay_key bytea PRIMARY KEY,
        expires_at timestamptz NOT NULL
      );
      CREATE INDEX seen_signatures_expiry ON app.seen_signatures (expires_at);
    `);
  }

  down(): Promise<void> {
    return Promise.reject(forwardOnly(this.name));
  }
}
