import { setImmediate as nextTurn } from 'node:timers/promises';
import { LedgerLimitExceeded } from '../port';
import type { Proposal, Receipt } from '../port';
import { assertProposal } from '../limits';
import type { LedgerLimits } from '../limits';
import type { GroupCommit, Place } from './group-commit';
import { prepare } from './prepared';
import type { PreparedFact } from './prepared';

/** Facts encoded in one go, about a third of a millisecond: the block under way needs the event loop for its round trips. */
const SLICE_FACTS = 100;

/** What may become one block. */
interface Part {
  proposals: readonly Proposal[];
  bytes: number;
}

/**
 * Records proposals. What breaks a limit refuses the whole call before anything is recorded. A call that fits into one
 * block is recorded whole or not at all; of a larger one a failure may leave its first blocks.
 */
export async function append(
  group: GroupCommit,
  limits: LedgerLimits,
  proposals: readonly Proposal[],
): Promise<Receipt[]> {
  if (proposals.length > limits.batchFacts) {
    throw new LedgerLimitExceeded(
      `the call has ${proposals.length} facts; at most ${limits.batchFacts} are recorded at once`,
    );
  }
  for (const proposal of proposals) assertProposal(proposal, limits);
  const [first, ...rest] = partsOf(proposals, limits);
  if (!first) return [];
  let underWay = await enqueue(group, first, true);
  const receipts: Receipt[] = [];
  for (const part of rest) {
    // Encoded and hashed while the part before it is being written.
    const [done, next] = await Promise.allSettled([underWay.receipts, enqueue(group, part, false)]);
    if (next.status === 'rejected') throw next.reason;
    if (done.status === 'rejected') {
      next.value.cancel(done.reason);
      throw done.reason;
    }
    receipts.push(...done.value);
    underWay = next.value;
  }
  return receipts.concat(await underWay.receipts);
}

/** Takes a place in the queue at once, in the order of the calls, and encodes for it. */
async function enqueue(group: GroupCommit, { proposals, bytes }: Part, refusable: boolean): Promise<Place> {
  const place = group.reserve(proposals.length, bytes, refusable);
  try {
    const facts: PreparedFact[] = [];
    for (let from = 0; from < proposals.length; from += SLICE_FACTS) {
      if (from > 0) await nextTurn();
      facts.push(...proposals.slice(from, from + SLICE_FACTS).map(prepare));
    }
    place.fill(facts);
  } catch (error) {
    place.cancel(error);
  }
  return place;
}

function partsOf(proposals: readonly Proposal[], limits: LedgerLimits): Part[] {
  const parts: Part[] = [];
  let part: Proposal[] = [];
  let bytes = 0;
  for (const proposal of proposals) {
    const more = proposal.payload.length;
    if (part.length > 0 && (part.length >= limits.blockFacts || bytes + more > limits.blockBytes)) {
      parts.push({ proposals: part, bytes });
      part = [];
      bytes = 0;
    }
    part.push(proposal);
    bytes += more;
  }
  if (part.length > 0) parts.push({ proposals: part, bytes });
  return parts;
}
