import { hash } from 'node:crypto';
import { HASH_BYTES } from './leaf';

/** One step from a leaf to the root: the sibling's hash, and whether it stands to the left. */
export interface PathStep {
  hash: Buffer;
  left: boolean;
}

const NODE_BYTES = 1 + 2 * HASH_BYTES;

function inner(scratch: Buffer, left: Uint8Array, right: Uint8Array): Buffer {
  scratch[0] = 0x01;
  scratch.set(left, 1);
  scratch.set(right, 1 + HASH_BYTES);
  return hash('sha256', scratch, 'buffer');
}

/** One level up: neighbours are hashed in pairs, an odd last node is promoted as it is. This is RFC 6962's tree. */
function parents(level: readonly Buffer[], scratch: Buffer): Buffer[] {
  const above: Buffer[] = [];
  for (let i = 0; i < level.length; i += 2) {
    const left = level[i] as Buffer;
    const right = level[i + 1];
    above.push(right ? inner(scratch, left, right) : left);
  }
  return above;
}

/** The Merkle root of at least one leaf. */
export function merkleRoot(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) throw new RangeError('a Merkle tree needs at least one leaf');
  const scratch = Buffer.allocUnsafe(NODE_BYTES);
  let level = leaves;
  while (level.length > 1) level = parents(level, scratch);
  return level[0] as Buffer;
}

/** The siblings from leaf `index` up to the root. */
export function merklePath(leaves: readonly Buffer[], index: number): PathStep[] {
  if (!Number.isInteger(index) || index < 0 || index >= leaves.length) {
    throw new RangeError(`no leaf ${index} among ${leaves.length}`);
  }
  const scratch = Buffer.allocUnsafe(NODE_BYTES);
  const path: PathStep[] = [];
  let level = leaves;
  let at = index;
  while (level.length > 1) {
    const sibling = level[at ^ 1];
    if (sibling) path.push({ hash: sibling, left: (at & 1) === 1 });
    level = parents(level, scratch);
    at >>= 1;
  }
  return path;
}

/** The root that a leaf and its path lead to. */
export function rootFromPath(leaf: Buffer, path: readonly PathStep[]): Buffer {
  const scratch = Buffer.allocUnsafe(NODE_BYTES);
  return path.reduce(
    (node, step) => (step.left ? inner(scratch, step.hash, node) : inner(scratch, node, step.hash)),
    leaf,
  );
}
