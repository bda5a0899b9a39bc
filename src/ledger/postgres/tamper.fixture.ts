import type { Pool, PoolClient } from 'pg';
import type { Tamper } from '../contract/harness';
import { GENESIS_HASH, blockHash } from '../integrity/block';
import { leafOf } from '../integrity/leaf';
import { merkleRoot } from '../integrity/merkle';
import { at } from './at';
import { BLOCK_ROW_COLUMNS, blockOf } from './block-row';
import type { BlockRow } from './block-row';

const FORGED = '{"forged":true}';

/** What the owner of the tables can do: the triggers only keep out those who do not switch them off. */
export function tamperWith(pool: Pool): Tamper {
  const asOwner = async (work: (client: PoolClient) => Promise<void>): Promise<void> => {
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      for (const table of ['facts', 'blocks']) {
        await client.query(`ALTER TABLE ledger.${table} DISABLE TRIGGER append_only`);
      }
      await work(client);
      for (const table of ['facts', 'blocks']) {
        await client.query(`ALTER TABLE ledger.${table} ENABLE ALWAYS TRIGGER append_only`);
      }
      await client.query('COMMIT');
    } finally {
      client.release();
    }
  };
  const sql = (text: string, values: unknown[] = []): Promise<void> =>
    asOwner(async (client) => {
      await client.query(text, values);
    });

  return {
    changePayload: (position) =>
      sql('UPDATE ledger.facts SET payload = $2 WHERE position = $1', [position, FORGED]),
    changePayloadAndLeaf: (position) => forge(pool, asOwner, position),
    remove: (position) => sql('DELETE FROM ledger.facts WHERE position = $1', [position]),
    insertAfterHead: () =>
      sql(`INSERT INTO ledger.facts
           SELECT position + 1, block, recorded_at, occurred_at, source, type, key, actor, sha256(identity), payload, payload_raw, leaf
             FROM ledger.facts ORDER BY position DESC LIMIT 1`),
    swap: (a, b) =>
      asOwner(async (client) => {
        const move = 'UPDATE ledger.facts SET position = $2 WHERE position = $1';
        await client.query(move, [a, -1]);
        await client.query(move, [b, a]);
        await client.query(move, [-1, b]);
        // Each also takes on the block and the instant of its new place, so that only the order tells.
        await client.query(
          `UPDATE ledger.facts f SET block = b.number, recorded_at = b.recorded_at FROM ledger.blocks b
            WHERE f.position = ANY ($1::bigint[])
              AND f.position BETWEEN b.first_position AND b.first_position + b.count - 1`,
          [[a, b]],
        );
      }),
    truncateAfterBlock: (block) =>
      asOwner(async (client) => {
        await client.query('DELETE FROM ledger.facts WHERE block > $1', [block]);
        await client.query('DELETE FROM ledger.blocks WHERE number > $1', [block]);
      }),
    rewriteFrom: async (position) => {
      await forge(pool, asOwner, position);
      await asOwner(rechain);
    },
    redate: (block) =>
      asOwner(async (client) => {
        const later = "recorded_at + interval '1 hour'";
        await client.query(`UPDATE ledger.facts SET recorded_at = ${later} WHERE block = $1`, [block]);
        await client.query(`UPDATE ledger.blocks SET recorded_at = ${later} WHERE number = $1`, [block]);
      }),
  };
}

/** Another payload, with the leaf that it gives. */
async function forge(
  pool: Pool,
  asOwner: (work: (client: PoolClient) => Promise<void>) => Promise<void>,
  position: number,
): Promise<void> {
  const [fact] = await at(pool, [position]);
  if (!fact) throw new Error(`no fact at ${position}`);
  const leaf = leafOf({ ...fact, payload: FORGED });
  await asOwner(async (client) => {
    await client.query('UPDATE ledger.facts SET payload = $2, leaf = $3 WHERE position = $1', [
      position,
      FORGED,
      leaf,
    ]);
  });
}

/** Recomputes every root, hash and link from the leaves as they are. */
async function rechain(client: PoolClient): Promise<void> {
  const { rows } = await client.query<BlockRow>(
    `SELECT ${BLOCK_ROW_COLUMNS} FROM ledger.blocks b ORDER BY b.number`,
  );
  let previousHash = GENESIS_HASH;
  for (const block of rows.map(blockOf)) {
    const facts = await client.query<{ leaf: Buffer }>(
      'SELECT leaf FROM ledger.facts WHERE block = $1 ORDER BY position',
      [block.number],
    );
    const root = merkleRoot(facts.rows.map((row) => row.leaf));
    const hash = blockHash({ ...block, previousHash, merkleRoot: root });
    await client.query(
      'UPDATE ledger.blocks SET previous_hash = $2, merkle_root = $3, hash = $4 WHERE number = $1',
      [block.number, previousHash, root, hash],
    );
    previousHash = hash;
  }
}
