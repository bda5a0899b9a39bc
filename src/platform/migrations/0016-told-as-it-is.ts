import type { MigrationInterface, QueryRunner } from 'typeorm';
import { forwardOnly, migrationName } from './migration-name';

/** Under which name a drift was first told, alerts that Kafka refuses, and JSON of which one bad row does no harm. */
export class ToldAsItIs implements MigrationInterface {
  readonly name = migrationName(16, 'told-as-it-is');

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE app.outbox
        -- What is told of one drift has one such name, whatever the drift is called since: its alerts go out in their order.
        ADD COLUMN told_as text,
        ADD COLUMN detector text,
        -- Why Kafka does not take it; it is not published then.
        ADD COLUMN publish_error text;
      UPDATE app.outbox SET told_as = drift_id WHERE drift_id IS NOT NULL;
      CREATE INDEX outbox_told_as ON app.outbox (told_as, id) WHERE told_as IS NOT NULL;
      CREATE INDEX outbox_waits ON app.outbox (told_as, id) WHERE status = 'pending' AND told_as IS NOT NULL;
      CREATE INDEX outbox_hook_waits ON app.outbox (told_as, id) WHERE hook_status = 'pending' AND told_as IS NOT NULL;
      CREATE INDEX outbox_dead ON app.outbox (id) WHERE status = 'dead' OR hook_status = 'dead' OR publish_error IS NOT NULL;
      DROP INDEX app.outbox_drift;
      CREATE INDEX outbox_drift ON app.outbox (drift_id, id) WHERE drift_id IS NOT NULL;
      DROP INDEX app.outbox_unpublished;
      CREATE INDEX outbox_unpublished ON app.outbox (id) WHERE published_at IS NULL AND publish_error IS NULL;

      ALTER TABLE app.outbox DROP CONSTRAINT outbox_kind_check;
      ALTER TABLE app.outbox ADD CONSTRAINT outbox_kind_check
        CHECK (kind IN ('drift.opened', 'drift.resolved', 'drift.accepted', 'drift.superseded',
          'generation.promoted', 'import.completed', 'digest'));

      -- PostgreSQL refuses to look into JSON that has half a character (\\ud83d alone), and with it the whole statement.
      CREATE FUNCTION app.json_member(document text, member text) RETURNS json LANGUAGE plpgsql IMMUTABLE STRICT AS $$
      BEGIN
        RETURN document::json -> member;
      EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
        RETURN NULL;
      END $$;
      CREATE FUNCTION app.json_number(document text, member text) RETURNS numeric LANGUAGE plpgsql IMMUTABLE STRICT AS $$
      BEGIN
        RETURN (document::json ->> member)::numeric;
      EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
        RETURN NULL;
      END $$;
    `);
  }

  down(): Promise<void> {
    return Promise.reject(forwardOnly(this.name));
  }
}
