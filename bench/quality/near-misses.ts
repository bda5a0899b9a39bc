/** What must stay silent though it nearly is a drift, for each detector, folded by the real engine. */
import { drifts, foldTold, memoryEngine } from '../../src/cli/reference/fold-told';
import { runExample } from '../../src/cli/reference/run-example';
import { catalogue } from '../../src/domain/drift/catalogue';
import type { Detector, Told } from '../../src/domain/drift/detector';
import { type DetectorPolicy, type Policy, type Setting, defaultPolicy } from '../../src/domain/policy';

export interface NearMisses {
  detector: string;
  tried: number;
  /** Which were told as drifts. */
  told: string[];
}

/** More than any example differs by. */
const AMPLE: Record<Setting, DetectorPolicy[Setting]> = {
  accountGraceSeconds: 400 * 86_400,
  toleranceSeconds: 400 * 86_400,
  toleranceMinor: 1_000_000_000,
  toleranceUnits: '1000000',
  tolerancePercent: '1000000',
  bufferUnits: '0',
};

export async function nearMisses(): Promise<NearMisses[]> {
  return Promise.all(catalogue.map((one) => tryAll(one)));
}

async function tryAll(detector: Pick<Detector, 'code' | 'on' | 'examples' | 'reads'>): Promise<NearMisses> {
  const { code, examples, reads = {} } = detector;
  const { facts, at } = examples.opens;
  const told: string[] = [];
  let tried = 0;
  const stays = async (what: string, messages: readonly Told[], until: number, policy: Policy) => {
    tried++;
    const engine = memoryEngine(policy);
    await foldTold(engine, messages, until);
    // Superseded or resolved would be told as well: nothing at all may have come of it.
    if (engine.failures.length > 0 || drifts(engine).some((drift) => drift.detector === code))
      told.push(`${what} (on ${detector.on})`);
  };
  const { finding } = await runExample(detector);
  await stays(
    'the near miss of its example',
    examples.staysClosed.facts,
    examples.staysClosed.at,
    defaultPolicy,
  );
  const graceSeconds = Math.floor((at - finding.since) / 1000) + 1;
  const grace =
    'accountGraceSeconds' in reads ? { graceSeconds, accountGraceSeconds: graceSeconds } : { graceSeconds };
  if (finding.since <= at) await stays('its example, inside grace', facts, at, policyWith(code, grace));
  const tolerances = (Object.keys(reads) as Setting[]).filter((setting) => setting.startsWith('tolerance'));
  const ample = Object.fromEntries(tolerances.map((setting) => [setting, AMPLE[setting]]));
  if (tolerances.length > 0) await stays('its example, inside tolerance', facts, at, policyWith(code, ample));
  return { detector: code, tried, told };
}

function policyWith(code: string, said: DetectorPolicy): Policy {
  return { ...defaultPolicy, detectors: { [code]: said } };
}
