import type { Generation, Interruption } from '../../projections/generations';
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
  const { status, requestedBy, reason, createdAt, promotedAt, progress, failure, interruptions } = found;
  return {
    id,
    status,
    requestedBy,
    reason,
    createdAt: createdAt.toISOString(),
    promotedAt: promotedAt?.toISOString() ?? null,
    upTo: found.lastFact,
    progress: status === 'building' ? progress : null,
    interruptions: interruptions.map((each) => ({ ...each, detail: interruptionText(each) })),
    failure,
    diff: await diffOf(replays, found),
  };
}

/** `begun anew after its process died at 43 % (folding, fact 430 of 1000)` */
export function interruptionText({ why, phase, position, head }: Interruption): string {
  const percent = head === 0 ? 0 : Math.floor((100 * position) / head);
  const ended = why === 'died' ? 'its process died' : 'its process was stopped';
  return `begun anew after ${ended} at ${percent} % (${phase}, fact ${position} of ${head})`;
}

async function diffOf(replays: Replays, { id, status }: Generation): Promise<ReplayView['diff']> {
  const known = status === 'ready' ? await replays.diff(id) : await replays.recordedDiff(id);
  if (!known) return null;
  const { position, drifts, cases, quarantine } = known;
  return { position, drifts, cases, quarantine };
}
