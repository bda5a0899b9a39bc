/** What the reference pages run their examples with, and tests theirs. */
export { drifts, foldTold, memoryEngine, nothingStored, tick } from '../../src/cli/reference/fold-told';
