/** A detector's own example, run through the real engine: what it says is not written a second time. */
import type { Detector } from '../../domain/drift/detector';
import type { DriftRecord } from '../../projections/engine/records';
import { drifts, foldTold, memoryEngine } from './fold-told';

/** Throws when the example does not open the drift that it promises: then there is nothing to describe. */
export async function runExample({
  code,
  on,
  examples,
}: Pick<Detector, 'code' | 'on' | 'examples'>): Promise<DriftRecord> {
  const { facts, at, subject } = examples.opens;
  const engine = memoryEngine();
  await foldTold(engine, facts, at);
  const open = drifts(engine).find(
    ({ detector, status, finding }) =>
      detector === code && status === 'open' && `${finding.subject.kind}:${finding.subject.id}` === subject,
  );
  if (!open) throw new Error(`The example of ${code} on ${on} opens nothing on ${subject}.`);
  return open;
}
