import { ChainCheck, type Fault } from '../integrity/chain';
import type { Checkpoint, Head, Verification } from '../port';
import { leafOfPrepared, prepare } from '../postgres/prepared';
import { NoFact } from './events';
import type { LedgerStream } from './stream';

const TELL_EVERY = 10_000;

/** Recomputes the chain from the stream itself, up to a head that the copy has; whoever changed one changed it in both, or is found. */
export async function verifyStream(
  stream: LedgerStream,
  head: Head,
  checkpoints: readonly Checkpoint[],
  onProgress: (position: number) => void = () => undefined,
): Promise<Verification> {
  const check = new ChainCheck(checkpoints.filter(({ position }) => position <= head.position));
  const failed = ({ position, reason }: Fault): Verification => ({
    ok: false,
    position,
    reason: `in the stream: ${reason}`,
  });
  let recordedAt = 0;
  try {
    for await (const fact of stream.read(0)) {
      if (fact.position > head.position) break;
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
      if (fact.position % TELL_EVERY === 0) onProgress(fact.position);
    }
  } catch (error) {
    if (error instanceof NoFact) return failed({ position: check.position, reason: error.message });
    throw error;
  }
  const fault = check.end(head);
  if (fault) return failed(fault);
  return { ok: true, position: head.position, blocks: head.blocks, checkpoints: check.agreed };
}
