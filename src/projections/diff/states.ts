import type { ClientBase, Pool } from 'pg';
import type { CaseStates } from '../../domain/cases/kinds';
import { casesToCompare, wholeState } from '../generation-schema';

/** States of a generation's cases by their keys; what is not there is left out. */
export async function statesOf(
  client: Pool | ClientBase,
  schema: string,
  keys: readonly string[],
): Promise<Map<string, CaseStates[keyof CaseStates]>> {
  if (keys.length === 0) return new Map();
  const { rows } = await client.query<{ key: string; state: string }>(
    `SELECT key, ${wholeState('c')} AS state FROM (${casesToCompare(schema, 'key = ANY($1)')}) c`,
    [[...new Set(keys)]],
  );
  return new Map(rows.map(({ key, state }) => [key, JSON.parse(state) as CaseStates[keyof CaseStates]]));
}
