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

/** Their keys are held in memory. */
const MOST_MOVED = 20_000;

const AMONG = '(case_key, anchor) IN (SELECT * FROM unnest($1::text[], $2::text[]))';

export class CountedAhead {
  private constructor(
    /** In the transaction that saw what was counted. */
    private readonly then: PoolClient,
    private readonly counted: Counted,
    private readonly most: number,
  ) {}

  /**
   * Between the live generation and the one in `schema`. A connection is held until `close`.
   * @param most drifts that may move meanwhile; where more do, all is counted anew
   */
  static async open(pool: Pool, schema: string, most = MOST_MOVED): Promise<CountedAhead> {
    const client = await pool.connect();
    try {
      // Only while both are read whole must they keep their names.
      await keepNames(pool, client);
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      // Nobody waits for it, so it takes one core at most from those who work.
      await client.query('SET LOCAL max_parallel_workers_per_gather = 0');
      const counted = await count(client, schema);
      await letNamesGo(client);
      return new CountedAhead(client, counted, most);
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
    const anew = () => driftChanges(client, { ...sides, within: notOwn(sides.after, '$1'), values: [since] });
    // Another one was promoted meanwhile, which happens to people who do not talk to each other.
    if (live.id !== this.counted.live) return anew();
    const moved = await this.movedSince(client, sides.after, since);
    if (moved.cases.length > this.most) return anew();
    if (moved.cases.length === 0) return this.counted.drifts;
    const keys = [moved.cases, moved.anchors];
    const were = await driftChanges(this.then, { ...sides, within: AMONG, values: keys });
    const within = `${AMONG} AND ${notOwn(sides.after, '$3')}`;
    const are = await driftChanges(client, { ...sides, within, values: [...keys, since] });
    return balance(client, [...this.counted.drifts, ...are], were);
  }

  close(): Promise<void> {
    return leave(this.then);
  }

  /** What has moved since it was counted, or one more than `most` of it. */
  private async movedSince(client: ClientBase, after: string, since: number): Promise<Keys> {
    const { positions } = this.counted;
    const { rows } = await client.query<{ case_key: string; anchor: string }>(
      `SELECT case_key, anchor FROM ${LIVE}.drifts WHERE changed_by > $1
        UNION
       SELECT case_key, anchor FROM ${after}.drifts WHERE changed_by > $2
        LIMIT $3`,
      [positions.before, Math.min(positions.after, since), this.most + 1],
    );
    return { cases: rows.map((row) => row.case_key), anchors: rows.map((row) => row.anchor) };
  }
}

/** What facts after `since`, a parameter, have neither opened nor ended. */
const notOwn = (after: string, since: string) => `NOT EXISTS (
  SELECT FROM ${after}.drifts own WHERE (own.case_key, own.anchor) = (drifts.case_key, drifts.anchor)
     AND (own.opened_by > ${since} OR (own.changed_by > ${since} AND own.status NOT IN ('open', 'accepted'))))`;

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
