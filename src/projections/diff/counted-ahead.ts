/**
 * What a promotion changes in drifts, counted before anybody has to wait for it: over whole generations from a snapshot, and
 * under the promotion's locks only what has moved since.
 */
import type { ClientBase, Pool, PoolClient } from 'pg';
import { LIVE, schemaName } from '../generation-schema';
import { type Succession, liveVersion, positionOf } from '../generations';
import { keepNames, leave, letNamesGo } from '../generation-locks';
import { type DriftChanges, driftChanges } from './summary';

interface Counted {
  /** The generation that was live. */
  live: number | null;
  /** What each of the two had folded. */
  positions: { before: number; after: number };
  drifts: DriftChanges[];
}

/** Drifts by their keys, in two lists. */
interface Keys {
  cases: string[];
  anchors: string[];
}

const AMONG = '(case_key, anchor) IN (SELECT * FROM unnest($1::text[], $2::text[]))';

export class CountedAhead {
  private constructor(
    /** In the transaction that saw what was counted. */
    private readonly then: PoolClient,
    private readonly counted: Counted,
  ) {}

  /** Between the live generation and the one in `schema`. A connection is held until `close`. */
  static async open(pool: Pool, schema: string): Promise<CountedAhead> {
    const client = await pool.connect();
    try {
      // Only while both are read whole must they keep their names.
      await keepNames(pool, client);
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      // Nobody waits for it, so it takes one core at most from those who work.
      await client.query('SET LOCAL max_parallel_workers_per_gather = 0');
      const counted = await count(client, schema);
      await letNamesGo(client);
      return new CountedAhead(client, counted);
    } catch (error) {
      await leave(client);
      throw error;
    }
  }

  /** In a promotion, where neither of the two moves any more. */
  async now(client: ClientBase, { live, next }: Succession): Promise<DriftChanges[]> {
    const after = schemaName(next.schema);
    // Another one was promoted meanwhile, which happens to people who do not talk to each other.
    if (live.id !== this.counted.live) return driftChanges(client, { before: LIVE, after });
    const moved = await this.movedSince(client, after);
    if (moved.cases.length === 0) return this.counted.drifts;
    const among = { within: AMONG, values: [moved.cases, moved.anchors] };
    const were = await driftChanges(this.then, { before: LIVE, after, ...among });
    const are = await driftChanges(client, { before: LIVE, after, ...among });
    return balance(client, [...this.counted.drifts, ...are], were);
  }

  close(): Promise<void> {
    return leave(this.then);
  }

  private async movedSince(client: ClientBase, after: string): Promise<Keys> {
    const { positions } = this.counted;
    const { rows } = await client.query<{ case_key: string; anchor: string }>(
      `SELECT case_key, anchor FROM ${LIVE}.drifts WHERE changed_by > $1
        UNION SELECT case_key, anchor FROM ${after}.drifts WHERE changed_by > $2`,
      [positions.before, positions.after],
    );
    return { cases: rows.map((row) => row.case_key), anchors: rows.map((row) => row.anchor) };
  }
}

async function count(client: ClientBase, schema: string): Promise<Counted> {
  const after = schemaName(schema);
  return {
    live: (await liveVersion(client))?.id ?? null,
    positions: { before: await positionOf(client, LIVE), after: await positionOf(client, after) },
    drifts: await driftChanges(client, { before: LIVE, after }),
  };
}

/** Sums of `plus` less those of `minus`; where no drift is left there is no line. */
async function balance(
  client: ClientBase,
  plus: readonly DriftChanges[],
  minus: readonly DriftChanges[],
): Promise<DriftChanges[]> {
  const { rows } = await client.query<DriftChanges>(
    `SELECT change, detector, cause, currency, sum(sign * drifts)::bigint AS drifts, sum(sign * minor)::bigint AS minor,
            trim_scale(sum(sign * units))::text AS units
       FROM (SELECT 1 AS sign, * FROM json_to_recordset($1) AS p(${COLUMNS})
              UNION ALL SELECT -1, * FROM json_to_recordset($2) AS m(${COLUMNS})) lines
      GROUP BY 1, 2, 3, 4 HAVING sum(sign * drifts) <> 0 ORDER BY 1, 2, 3, 4`,
    [JSON.stringify(plus), JSON.stringify(minus)],
  );
  return rows;
}

const COLUMNS =
  'change text, detector text, cause text, currency text, drifts bigint, minor bigint, units numeric';
