/** Facts without their payloads, and how many of them an answer has room for. */
import type { Pool } from 'pg';
import type { Fact, Ledger } from '../../ledger/port';

/** A page ends early rather than carry more payload than this; its first fact is always in it. */
export const PAGE_PAYLOAD_BYTES = 8 * 1024 * 1024;

export interface Place {
  position: number;
  source: string;
  key: string | null;
  /** Epoch ms. */
  occurredAt: number | null;
  /** Of the payload, which is not read for it. */
  bytes: number;
}

interface Row extends Omit<Place, 'occurredAt'> {
  occurred_at: Date | null;
}

/** In order of position. */
export async function placesOf(pool: Pool, positions: readonly number[]): Promise<Place[]> {
  if (positions.length === 0) return [];
  const { rows } = await pool.query<Row>(
    `SELECT position, source, key, occurred_at, coalesce(octet_length(payload), octet_length(payload_raw)) AS bytes
       FROM ledger.facts WHERE position = ANY($1::bigint[]) ORDER BY position`,
    [positions],
  );
  return rows.map(({ occurred_at, ...place }) => ({ ...place, occurredAt: occurred_at?.getTime() ?? null }));
}

/** As many of the first as fit, and at least one. */
export function firstWithin<P extends Pick<Place, 'bytes'>>(
  places: readonly P[],
  maxBytes = PAGE_PAYLOAD_BYTES,
): P[] {
  let bytes = 0;
  const end = places.findIndex((place, index) => (bytes += place.bytes) > maxBytes && index > 0);
  return places.slice(0, end === -1 ? places.length : end);
}

/** The facts themselves, in the order of the places, a few at a time. */
export async function* factsOf(ledger: Ledger, places: readonly Place[]): AsyncGenerator<Fact[]> {
  for (let rest = places; rest.length > 0;) {
    const some = firstWithin(rest);
    const facts = await ledger.at(some.map(({ position }) => position));
    const byPosition = new Map(facts.map((fact) => [fact.position, fact]));
    yield some.flatMap(({ position }) => byPosition.get(position) ?? []);
    rest = rest.slice(some.length);
  }
}
