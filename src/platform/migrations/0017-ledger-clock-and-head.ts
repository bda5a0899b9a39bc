import type { MigrationInterface, QueryRunner } from 'typeorm';
import { forwardOnly, migrationName } from './migration-name';

const sql = `
DO $$
DECLARE
  head_blocks bigint := (SELECT h.blocks FROM ledger.head h);
  last_block bigint := (SELECT coalesce(max(b.number), 0) FROM ledger.blocks b);
BEGIN
  IF head_blocks <> last_block THEN
    RAISE EXCEPTION 'the head of the ledger counts % blocks and the last block is %: run tallystick verify of the version that wrote them',
      head_blocks, last_block;
  END IF;
END $$;
DROP TABLE ledger.head;

-- Locked by each block, and never changed: a snapshot that stays open keeps no former versions of it.
CREATE TABLE ledger.head_lock (id boolean NOT NULL DEFAULT true PRIMARY KEY CHECK (id));
INSERT INTO ledger.head_lock DEFAULT VALUES;

CREATE VIEW ledger.head AS
SELECT coalesce(b.first_position + b.count - 1, 0) AS position, coalesce(b.number, 0) AS blocks,
       coalesce(b.recorded_at, 'epoch') AS recorded_at, coalesce(b.hash, decode(repeat('00', 32), 'hex')) AS hash
  FROM (VALUES (true)) AS always (there)
  LEFT JOIN (SELECT * FROM ledger.blocks ORDER BY number DESC LIMIT 1) AS b ON true;
COMMENT ON VIEW ledger.head IS 'The end of the ledger: its last block, or position 0 at the epoch.';

DROP FUNCTION ledger.lock_head();
-- Takes the head lock until the end of the transaction, and says what the next block's facts carry. Refuses where the clock
-- is later than the caller can believe: what is stamped by it would hold every later fact at that instant.
CREATE FUNCTION ledger.lock_head(
  latest timestamptz DEFAULT 'infinity',
  OUT next_position bigint, OUT next_block bigint, OUT next_recorded_at timestamptz, OUT head_hash bytea
) LANGUAGE plpgsql AS $$
DECLARE
  clock timestamptz;
BEGIN
  PERFORM FROM ledger.head_lock FOR UPDATE;
  -- A statement of its own: its snapshot is taken after the lock was granted. So is the clock's reading.
  SELECT h.position + 1, h.blocks + 1, h.recorded_at, h.hash
    INTO next_position, next_block, next_recorded_at, head_hash
    FROM ledger.head h;
  clock := date_trunc('milliseconds', clock_timestamp());
  IF clock > latest THEN
    RAISE EXCEPTION USING
      ERRCODE = 'TY001',
      MESSAGE = 'the clock of the database is ahead of what the writer believes',
      DETAIL = ledger.epoch_ms(clock)::text;
  END IF;
  next_recorded_at := greatest(next_recorded_at, clock);
END $$;

CREATE OR REPLACE FUNCTION ledger.seal_block(
  block_count integer, block_recorded_at timestamptz, block_root bytea, OUT block_hash bytea
) LANGUAGE plpgsql AS $$
DECLARE
  last ledger.head%ROWTYPE;
BEGIN
  SELECT * INTO last FROM ledger.head;
  block_hash := ledger.block_hash(1::smallint, last.hash, last.position + 1, block_count, block_recorded_at, block_root);
  INSERT INTO ledger.blocks (number, first_position, count, recorded_at, previous_hash, merkle_root, hash, version)
  VALUES (last.blocks + 1, last.position + 1, block_count, block_recorded_at, last.hash, block_root, block_hash, 1);
END $$;

DROP FUNCTION ledger.append_block(
  timestamptz[], text[], text[], text[], text[], bytea[], text[], bytea[], bytea[], bytea, boolean);
-- One small block in one round trip. With repeats among them nothing is written, and they are named instead.
CREATE FUNCTION ledger.append_block(
  occurred_ats timestamptz[], sources text[], types text[], keys text[], actors text[], identities bytea[],
  payloads text[], payloads_raw bytea[], leaves bytea[], root bytea, check_first boolean,
  latest timestamptz DEFAULT 'infinity',
  OUT first_position bigint, OUT block bigint, OUT recorded_ms bigint, OUT hash bytea,
  OUT repeat_indexes integer[], OUT repeat_positions bigint[]
) LANGUAGE plpgsql AS $$
DECLARE
  head record;
BEGIN
  SELECT * INTO head FROM ledger.lock_head(latest);
  IF check_first THEN
    SELECT r.indexes, r.positions INTO repeat_indexes, repeat_positions FROM ledger.repeats(identities) r;
    IF repeat_indexes IS NOT NULL THEN
      RETURN;
    END IF;
  END IF;
  BEGIN
    INSERT INTO ledger.facts (position, block, recorded_at, occurred_at, source, type, key, actor, identity, payload, payload_raw, leaf)
    SELECT head.next_position - 1 + n.index, head.next_block, head.next_recorded_at,
           n.occurred_at, n.source, n.type, n.key, n.actor, n.identity, n.payload, n.payload_raw, n.leaf
      FROM unnest(occurred_ats, sources, types, keys, actors, identities, payloads, payloads_raw, leaves)
           WITH ORDINALITY AS n (occurred_at, source, type, key, actor, identity, payload, payload_raw, leaf, index);
  EXCEPTION WHEN unique_violation THEN
    SELECT r.indexes, r.positions INTO repeat_indexes, repeat_positions FROM ledger.repeats(identities) r;
    IF repeat_indexes IS NULL THEN
      RAISE;
    END IF;
    RETURN;
  END;
  hash := ledger.seal_block(cardinality(identities), head.next_recorded_at, root);
  first_position := head.next_position;
  block := head.next_block;
  recorded_ms := ledger.epoch_ms(head.next_recorded_at);
END $$;
`;

/**
 * The head is the last block, and no row of its own that each block would change: under a snapshot that stays open (`pg_dump`,
 * a forgotten `psql`) its former versions could not be removed, and every append read them all. And the clock is refused
 * where it is ahead of the writer's. docs/adr/0003-ledger-on-postgres.md has the numbers.
 */
export class LedgerClockAndHead implements MigrationInterface {
  readonly name = migrationName(17, 'ledger-clock-and-head');

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(sql);
  }

  down(): Promise<void> {
    return Promise.reject(forwardOnly(this.name));
  }
}
