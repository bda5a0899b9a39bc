import { LedgerLimitExceeded } from '../port';
import type { Proposal, Receipt } from '../port';
import { assertProposal } from '../limits';
import type { LedgerLimits } from '../limits';
import type { GroupCommit } from './group-commit';
import { prepare } from './prepared';

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
  if (proposals.length === 0) return [];
  const [first, ...rest] = blocksOf(proposals, limits) as [Proposal[], ...Proposal[][]];
  let underWay = group.append(first.map(prepare), true);
  if (rest.length === 0) return underWay;
  const receipts: Receipt[] = [];
  for (const part of rest) {
    // Encoded and hashed while the part before it is being written.
    const next = part.map(prepare);
    receipts.push(...(await underWay));
    underWay = group.append(next, false);
  }
  return receipts.concat(await underWay);
}

function blocksOf(proposals: readonly Proposal[], limits: LedgerLimits): Proposal[][] {
  const parts: Proposal[][] = [];
  let part: Proposal[] = [];
  let bytes = 0;
  for (const proposal of proposals) {
    const more = proposal.payload.length;
    if (part.length > 0 && (part.length >= limits.blockFacts || bytes + more > limits.blockBytes)) {
      parts.push(part);
      part = [];
      bytes = 0;
    }
    part.push(proposal);
    bytes += more;
  }
  if (part.length > 0) parts.push(part);
  return parts;
}
