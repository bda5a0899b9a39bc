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

  /**
   * In a promotion, where neither of the two moves any more. What facts after `since` have opened or ended, which live has not
   * folded yet, is not of the promotion: it is told as itself.
   */
  async now(client: ClientBase, { live, next }: Succession, since: number): Promise<DriftChanges[]> {
    const sides = { before: LIVE, after: schemaName(next.schema) };
    // Another one was promoted meanwhile, which happens to people who do not talk to each other.
    if (live.id !== this.counted.live) {
      const own = (await movedSince(client, sides.after, { before: since, after: since }, since)).own;
      return driftChanges(client, { ...sides, within: `NOT (${AMONG})`, values: [own.cases, own.anchors] });
    }
    const { all, own } = await movedSince(client, sides.after, this.counted.positions, since);
    if (all.cases.length === 0) return this.counted.drifts;
    const were = await driftChanges(this.then, { ...sides, within: AMONG, values: [all.cases, all.anchors] });
    const are = await driftChanges(client, {
      ...sides,
      within: `${AMONG} AND NOT (${AMONG.replace('$1', '$3').replace('$2', '$4')})`,
      values: [all.cases, all.anchors, own.cases, own.anchors],
    });
    return balance(client, [...this.counted.drifts, ...are], were);
  }

  close(): Promise<void> {
    return leave(this.then);
  }
}

/** What has moved since it was counted; and of that, what facts after `since` have opened or ended. */
async function movedSince(
  client: ClientBase,
  after: string,
  positions: Counted['positions'],
  since: number,
): Promise<{ all: Keys; own: Keys }> {
  const { rows } = await client.query<{ case_key: string; anchor: string; own: boolean }>(
    `SELECT case_key, anchor, bool_or(own) AS own FROM (
       SELECT case_key, anchor, false AS own FROM ${LIVE}.drifts WHERE changed_by > $1
        UNION ALL
       SELECT case_key, anchor, opened_by > $3 OR (changed_by > $3 AND status NOT IN ('open', 'accepted'))
         FROM ${after}.drifts WHERE changed_by > least($2::bigint, $3::bigint)) moved
      GROUP BY case_key, anchor`,
    [positions.before, positions.after, since],
  );
  return { all: keysOf(rows), own: keysOf(rows.filter(({ own }) => own)) };
}

function keysOf(rows: readonly { case_key: string; anchor: string }[]): Keys {
  return { cases: rows.map((row) => row.case_key), anchors: rows.map((row) => row.anchor) };
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
