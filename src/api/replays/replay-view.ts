import type { Generation } from '../../projections/generations';
import type { Replays } from '../../projections/replays';
import { unknown } from '../refusals';
import type { ReplayView } from './replay-schema';

/** Throws `replay-unknown`. */
export async function knownReplay(replays: Replays, id: number): Promise<Generation> {
  const found = await replays.find(id);
  if (!found) throw unknown('replay', String(id));
  return found;
}

export async function replayView(replays: Replays, id: number): Promise<ReplayView> {
  const found = await knownReplay(replays, id);
  const { status, requestedBy, reason, createdAt, promotedAt, progress, failure } = found;
  return {
    id,
    status,
    requestedBy,
    reason,
    createdAt: createdAt.toISOString(),
    promotedAt: promotedAt?.toISOString() ?? null,
    progress: status === 'building' ? progress : null,
    failure,
    diff: status === 'ready' ? await diffOf(replays, id) : null,
  };
}

async function diffOf(replays: Replays, id: number): Promise<ReplayView['diff']> {
  const { position, drifts, cases, quarantine } = await replays.diff(id);
  return { position, drifts, cases, quarantine };
}
