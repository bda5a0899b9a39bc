import type { MigrationInterface, QueryRunner } from 'typeorm';
import { forwardOnly, migrationName } from './migration-name';

/** A database whose facts are the copy of a stream knows of which, and takes facts from nobody who does not write there. */
export class LedgerCopy implements MigrationInterface {
  readonly name = migrationName(18, 'ledger-copy');

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE ledger.installation (
        one boolean NOT NULL DEFAULT true PRIMARY KEY CHECK (one),
        id uuid NOT NULL DEFAULT gen_random_uuid(),
        stream text
      );
      INSERT INTO ledger.installation DEFAULT VALUES;
      COMMENT ON COLUMN ledger.installation.id IS 'In the name of a stream that LEDGER_URL does not name.';
      COMMENT ON COLUMN ledger.installation.stream IS 'The stream of EventStoreDB that the facts are a copy of; null: they are the ledger.';

      -- Writers of the stream say in their session which one they write to.
      CREATE FUNCTION ledger.refuse_stray() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE
        known text := (SELECT i.stream FROM ledger.installation i);
        given text := nullif(current_setting('tallystick.stream', true), '');
      BEGIN
        IF known IS NULL AND given IS NOT NULL THEN
          UPDATE ledger.installation SET stream = given;
        ELSIF known IS DISTINCT FROM given THEN
          RAISE EXCEPTION USING
            ERRCODE = 'TY002',
            MESSAGE = format('this database is a copy of the stream %s: facts are appended there, and only copied here', known),
            HINT = 'Set LEDGER_URL as the other services have it.';
        END IF;
        RETURN NEW;
      END $$;
      CREATE TRIGGER no_stray BEFORE INSERT ON ledger.blocks FOR EACH ROW EXECUTE FUNCTION ledger.refuse_stray();
    `);
  }

  down(): Promise<void> {
    return Promise.reject(forwardOnly(this.name));
  }
}
