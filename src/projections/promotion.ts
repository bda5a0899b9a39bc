/** What a promotion changes, for those who are told of it in its transaction. */
import type { ClientBase } from 'pg';
import { tableNames } from '../domain/mapping/tables';
import type { DriftChanges } from './diff';
import type { Versions } from './drafts';
import type { Generation, Succession } from './generations';
import type { HandOver } from './hand-over';
import { codeOf } from './settings';

export interface Promotion {
  generation: number;
  /** The one that was live, and is kept to go back to. */
  former: number;
  /** Both are compared as of this position. */
  position: number;
  /** Why it was built, in the words of who built it. */
  reason: string | null;
  /** Null where a start promoted it. */
  by: string | null;
  /** What it was made with otherwise than the former one: tables of the mapping, `policy`, `code`, `sources`. */
  differs: { name: string; version: number | null }[];
  /** Without those that facts have opened or ended which the former one had not folded yet. */
  drifts: DriftChanges[];
}

/** Who promotes, and which versions of the mapping's tables and of the policy that puts in force, where that is known. */
export interface Act {
  by: string | null;
  versions: Versions;
}

export const START: Act = { by: null, versions: {} };

type Version = Pick<Generation, 'made' | 'fingerprint'>;

export type OnPromoted = (client: ClientBase, promotion: Promotion, handOver: HandOver) => Promise<void>;

export function promotionOf(
  { live, next }: Succession,
  { by, versions }: Act,
  { position, drifts }: Pick<Promotion, 'position' | 'drifts'>,
): Promotion {
  const { id: generation, reason } = next;
  const differs = differences(live, next).map((name) => ({
    name,
    version: versions[name as keyof Versions] ?? null,
  }));
  return { generation, former: live.id, position, reason, by, differs, drifts };
}

/** What one was made with otherwise than the other: tables of the mapping, `policy`, `sources`, `code`. */
export function differences(live: Version, next: Version): string[] {
  const [was, is] = [live.made, next.made];
  const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  const tables: string[] = tableNames.filter((name) => !same(was.mapping[name], is.mapping[name]));
  if (!same(was.policy, is.policy)) tables.push('policy');
  // One that was added since has no earlier facts that could be read otherwise.
  const known = new Map(was.sources.map((source) => [source.name, source]));
  if (is.sources.some((source) => known.has(source.name) && !same(known.get(source.name), source)))
    tables.push('sources');
  if (codeOf(live.fingerprint) !== codeOf(next.fingerprint)) tables.push('code');
  return tables;
}
