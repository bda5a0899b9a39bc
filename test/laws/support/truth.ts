/** Open drifts beside the simulator's truth. */
import { hash } from 'node:crypto';
import type { Pool } from 'pg';
import type { ExpectedDrift, World } from '../../../src/simulator';
import { rowsOf } from './rows';

export interface Comparison {
  missed: ExpectedDrift[];
  /** `case anchor` of open drifts that the world does not know. */
  extra: string[];
}

export async function compareWithTruth(pool: Pool, world: World): Promise<Comparison> {
  const { drifts } = await rowsOf(pool);
  const positions = await positionsByContent(pool);
  const open = new Set(drifts.filter(({ status }) => status === 'open'));
  const missed = world.truth().filter((expected) => {
    const subject = subjectOf(expected, positions);
    for (const drift of open) {
      if (drift.detector !== expected.detector) continue;
      if (expected.subject.kind === 'feed' ? !drift.subject.startsWith(subject) : drift.subject !== subject)
        continue;
      if (expected.discriminator !== undefined && expected.discriminator !== drift.discriminator) continue;
      if (expected.cause !== undefined && expected.cause !== drift.cause) continue;
      open.delete(drift);
      return false;
    }
    return true;
  });
  const extra = [...open].map(nameOf);
  return { missed, extra };
}

/** By what a drift is found again, also when a late reference has renamed its subject. */
export function nameOf({ case_key, anchor }: { case_key: string; anchor: string }): string {
  return `${case_key} ${anchor}`;
}

function subjectOf({ subject }: ExpectedDrift, positions: ReadonlyMap<string, number>): string {
  switch (subject.kind) {
    case 'feed':
      return `feed:${subject.source}/`;
    case 'fact':
      return `fact:${positions.get(`${subject.source}/${subject.bodyHash}`) ?? 'not recorded'}`;
    default:
      return `${subject.kind}:${subject.id}`;
  }
}

async function positionsByContent(pool: Pool): Promise<Map<string, number>> {
  const { rows } = await pool.query<{ position: number; source: string; payload: string }>(
    'SELECT position, source, payload FROM ledger.facts WHERE payload IS NOT NULL',
  );
  return new Map(
    rows.map(({ position, source, payload }) => [`${source}/${hash('sha256', payload)}`, position]),
  );
}
