import type { MigrationInterface, QueryRunner } from 'typeorm';
import { forwardOnly, migrationName } from './migration-name';

const sql = `
CREATE TABLE ledger.facts (
  position    bigint      NOT NULL,
  block       bigint      NOT NULL,
  recorded_at timestamptz NOT NULL,
  occurred_at timestamptz,
  source      text COLLATE "C" NOT NULL,
  type        text COLLATE "C",
  key         text COLLATE "C",
  actor       text COLLATE "C" NOT NULL,
  identity    bytea NOT NULL,
  payload     text COLLATE "C",
  payload_raw bytea,
  leaf        bytea NOT NULL,
  CONSTRAINT facts_pkey PRIMARY KEY (position),
  CONSTRAINT facts_identity_key UNIQUE (identity),
  CONSTRAINT facts_one_payload CHECK ((payload IS NULL) <> (payload_raw IS NULL))
) WITH (toast_tuple_target = 8160);
CREATE INDEX facts_key_idx ON ledger.facts (key, position);
CREATE INDEX facts_type_idx ON ledger.facts (source, type, position);
COMMENT ON COLUMN ledger.facts.payload IS 'The bytes as received when they are UTF-8 without NUL; never jsonb, which would not keep them.';
COMMENT ON COLUMN ledger.facts.payload_raw IS 'The bytes as received when they are not text.';
COMMENT ON COLUMN ledger.facts.leaf IS 'SHA-256(0x00, format, canonical envelope, payload), computed by the writer; without the position.';

CREATE TABLE ledger.blocks (
  number         bigint      NOT NULL,
  first_position bigint      NOT NULL,
  count          integer     NOT NULL,
  recorded_at    timestamptz NOT NULL,
  previous_hash  bytea       NOT NULL,
  merkle_root    bytea       NOT NULL,
  hash           bytea       NOT NULL,
  version        smallint    NOT NULL,
  CONSTRAINT blocks_pkey PRIMARY KEY (number),
  CONSTRAINT blocks_count CHECK (count > 0)
);
CREATE INDEX blocks_recorded_idx ON ledger.blocks (recorded_at, first_position);

CREATE TABLE ledger.head (
  id          boolean     NOT NULL DEFAULT true PRIMARY KEY CHECK (id),
  position    bigint      NOT NULL,
  blocks      bigint      NOT NULL,
  recorded_at timestamptz NOT NULL,
  hash        bytea       NOT NULL
) WITH (fillfactor = 10);
INSERT INTO ledger.head (position, blocks, recorded_at, hash)
VALUES (0, 0, 'epoch', decode(repeat('00', 32), 'hex'));

CREATE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING
    ERRCODE = 'insufficient_privilege',
    MESSAGE = format('%I.%I is append-only: %s is refused', TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP),
    HINT = 'A fact is corrected by recording another fact.';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.facts
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.blocks
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
ALTER TABLE ledger.facts ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE ledger.blocks ENABLE ALWAYS TRIGGER append_only;

CREATE FUNCTION ledger.epoch_ms(at timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (extract(epoch FROM at) * 1000)::bigint;

CREATE FUNCTION ledger.block_hash(
  version smallint, previous_hash bytea, first_position bigint, count integer, recorded_at timestamptz, merkle_root bytea
) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN sha256(
  substring(int2send(version) FROM 2) || previous_hash || int8send(first_position) || int4send(count)
  || int8send(ledger.epoch_ms(recorded_at)) || merkle_root
);

-- Which of these identities are recorded already: their index (from 1) in the array, and the position they repeat.
CREATE FUNCTION ledger.repeats(
  identities bytea[], OUT indexes integer[], OUT positions bigint[]
) LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT array_agg(i.index::integer ORDER BY i.index), array_agg(f.position ORDER BY i.index)
  FROM unnest(identities) WITH ORDINALITY AS i (identity, index)
  JOIN ledger.facts f ON f.identity = i.identity;
END;

-- Takes the head lock until the end of the transaction, and says what the next block's facts carry.
CREATE FUNCTION ledger.lock_head(
  OUT next_position bigint, OUT next_block bigint, OUT next_recorded_at timestamptz, OUT head_hash bytea
) LANGUAGE plpgsql AS $$
BEGIN
  SELECT h.position + 1, h.blocks + 1, h.recorded_at, h.hash
    INTO next_position, next_block, next_recorded_at, head_hash
    FROM ledger.head h FOR UPDATE;
  -- The clock is read after the lock was granted, so it cannot be older than what an earlier holder read.
  next_recorded_at := greatest(next_recorded_at, date_trunc('milliseconds', clock_timestamp()));
END $$;

-- Chains the facts that this transaction has just inserted after the head. Needs the head lock.
CREATE FUNCTION ledger.seal_block(
  block_count integer, block_recorded_at timestamptz, block_root bytea, OUT block_hash bytea
) LANGUAGE plpgsql AS $$
DECLARE
  last ledger.head%ROWTYPE;
BEGIN
  SELECT * INTO last FROM ledger.head;
  block_hash := ledger.block_hash(1::smallint, last.hash, last.position + 1, block_count, block_recorded_at, block_root);
  INSERT INTO ledger.blocks (number, first_position, count, recorded_at, previous_hash, merkle_root, hash, version)
  VALUES (last.blocks + 1, last.position + 1, block_count, block_recorded_at, last.hash, block_root, block_hash, 1);
  UPDATE ledger.head SET position = last.position + block_count, blocks = last.blocks + 1,
    recorded_at = block_recorded_at, hash = block_hash;
END $$;

-- One small block in one round trip. With repeats among them nothing is written, and they are named instead.
CREATE FUNCTION ledger.append_block(
  occurred_ats timestamptz[], sources text[], types text[], keys text[], actors text[], identities bytea[],
  payloads text[], payloads_raw bytea[], leaves bytea[], root bytea, check_first boolean,
  OUT first_position bigint, OUT block bigint, OUT recorded_ms bigint, OUT hash bytea,
  OUT repeat_indexes integer[], OUT repeat_positions bigint[]
) LANGUAGE plpgsql AS $$
DECLARE
  head record;
BEGIN
  SELECT * INTO head FROM ledger.lock_head();
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
 * The ledger: an append-only table of facts, the chain of blocks over it, and the one head row whose lock puts writers in
 * order. docs/adr/0003-ledger-on-postgres.md has the reasons and the numbers.
 */
export class LedgerTables implements MigrationInterface {
  readonly name = migrationName(2, 'ledger');

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(sql);
  }

  down(): Promise<void> {
    return Promise.reject(forwardOnly(this.name));
  }
}
