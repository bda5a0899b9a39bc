import { ChainCheck, type Fault } from '../integrity/chain';
import type { Checkpoint, Head, Verification } from '../port';
import { leafOfPrepared, prepare } from '../postgres/prepared';
import { StreamBroken } from './broken';
import type { LedgerStream } from './stream';

const TELL_EVERY = 10_000;

/**
 * Recomputes the chain from the stream itself: whoever changed one changed it in both, or is found. What the copy does not have yet must
 * be whole blocks that follow, too: else the copy will never have them.
 */
export async function verifyStream(
  stream: LedgerStream,
  head: Head,
  checkpoints: readonly Checkpoint[],
  onProgress: (position: number) => void = () => undefined,
): Promise<Verification> {
  // One that has seen more than the copy is compared where the copy is told.
  const check = new ChainCheck(checkpoints.filter(({ position }) => position <= head.position));
  const failed = ({ position, reason }: Fault): Verification => ({
    ok: false,
    position,
    reason: `in the stream: ${reason}`,
  });
  let recordedAt = 0;
  let ofCopy: Fault | null | undefined;
  try {
    for await (const fact of stream.read(0)) {
      if (fact.position === head.position + 1) {
        ofCopy = check.end(head);
        if (ofCopy) return failed(ofCopy);
      }
      if (check.complete) {
        const fault = fact.header
          ? check.begin(fact.header)
          : { position: fact.position, reason: 'removed: its block does not begin here' };
        if (fault) return failed(fault);
        recordedAt = fact.header?.recordedAt ?? 0;
      }
      const computed = leafOfPrepared(prepare(fact.proposal));
      const fault = check.fact({ ...fact, recordedAt, stored: fact.leaf, computed });
      if (fault) return failed(fault);
      if (fact.position % TELL_EVERY === 0) onProgress(Math.min(fact.position, head.position));
    }
  } catch (error) {
    if (error instanceof StreamBroken)
      return failed({ position: error.position ?? check.position, reason: error.message });
    throw error;
  }
  ofCopy ??= check.position > head.position + 1 ? null : check.end(head);
  if (ofCopy) return failed(ofCopy);
  if (!check.complete)
    return failed({
      position: check.position,
      reason: 'its last block is not whole: `tallystick copy-ledger` was interrupted, let it end',
    });
  return { ok: true, position: head.position, blocks: head.blocks, checkpoints: check.agreed };
}
