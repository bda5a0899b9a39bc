/** Cases of one kind whose states differ, a stretch of keys at a time, so that no answer reads more than a bound. */
import { casesToCompare, wholeState } from '../generation-schema';
import type { Sides } from './compare';

export interface DifferingCase {
  key: string;
  /** JSON of the state; null where the case is not there. */
  before: string | null;
  after: string | null;
  subject: string;
  /** Keys of the cases that its evaluation looked at. */
  looksBefore: string[] | null;
  looksAfter: string[] | null;
}

export interface Stretch {
  cases: DifferingCase[];
  /** The next one begins here; null behind the last. */
  next: string | null;
}

/** Cases on either side of which the states are read and compared at once: some 100 MB at the most, in the database. */
const CASES = 20_000;

/** Cases whose key begins with `<kind>:` and is `from` or greater. With `lookers` also those whose articles differ. */
export async function differingCases(
  sides: Sides,
  { kind, from, limit, lookers = false }: { kind: string; from: string; limit: number; lookers?: boolean },
): Promise<Stretch> {
  const { client, before, after } = sides;
  const last = `${kind};`;
  const end = await endOf(sides, from, last);
  const { rows } = await client.query<DifferingCase>(
    `${lookers ? PRODUCTS(before, after) : ''}
     SELECT key, coalesce(a.subject, b.subject) AS subject, ${wholeState('b')} AS before, ${wholeState('a')} AS after,
            b.looks AS "looksBefore", a.looks AS "looksAfter"
       FROM (${casesToCompare(before, 'key >= $1 AND key < $2')}) b
       FULL JOIN (${casesToCompare(after, 'key >= $1 AND key < $2')}) a USING (key)
      WHERE (b.state, b.rare) IS DISTINCT FROM (a.state, a.rare) ${lookers ? `OR ${LOOKS('b')} OR ${LOOKS('a')}` : ''}
      ORDER BY key LIMIT $3`,
    [from, end ?? last, limit],
  );
  const cut = rows.length === limit ? rows.at(-1) : undefined;
  return { cases: rows, next: cut ? leastAfter(cut.key) : end };
}

const PRODUCTS = (before: string, after: string) => `
  WITH products AS MATERIALIZED (
    SELECT key FROM (SELECT key, state FROM ${before}.cases WHERE key >= 'product:' AND key < 'product;') b
      FULL JOIN (SELECT key, state FROM ${after}.cases WHERE key >= 'product:' AND key < 'product;') a USING (key)
     WHERE b.state IS DISTINCT FROM a.state)`;
const LOOKS = (side: string) =>
  `EXISTS (SELECT FROM unnest(${side}.looks) AS look WHERE look IN (SELECT key FROM products))`;

/** Where a stretch ends that has at most `CASES` keys of either side; null where what is left is no more than that. */
async function endOf({ client, before, after }: Sides, from: string, last: string): Promise<string | null> {
  const nth = (schema: string) =>
    `(SELECT key FROM ${schema}.cases WHERE key >= $1 AND key < $2 ORDER BY key OFFSET ${CASES} LIMIT 1)`;
  const { rows } = await client.query<{ key: string | null }>(
    `SELECT min(key) AS key FROM (${nth(before)} UNION ALL ${nth(after)}) ends`,
    [from, last],
  );
  return rows[0]?.key ?? null;
}

/** The least key after it. */
function leastAfter(key: string): string {
  return `${key}\u0001`;
}
