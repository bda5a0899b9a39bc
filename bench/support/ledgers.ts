/** Ledgers that several rows are measured on, each in a data folder of its own, made when first asked for. */
import { configureSources, openRuntime } from '../../src/cli/runtime';
import { createProgress } from '../../src/cli/progress';
import { sourceKinds } from '../../src/domain/sources/registry';
import { readJson } from '../../src/domain/sources/json';
import { type Proposer, proposer } from '../../src/ingest/proposals';
import type { Proposal } from '../../src/ledger/port';
import { loadConfig } from '../../src/platform/config';
import { type BulkMessage } from '../../src/simulator';
import { COMMAND_LINE, run } from './command';
import { type Lab, type LedgerFolder, type Ledgers, subfolder } from './lab';
import { completeOrders, trading } from './trading';

/** Messages that the large ledger's trading can go on with. */
const MORE = 2_000_000;
const IN_FLIGHT = 4;
export const TINY_FACTS = 10_000;

export function makeLedgers(): Ledgers {
  const made = new Map<string, Promise<LedgerFolder>>();
  const once = (name: string, make: () => Promise<LedgerFolder>): Promise<LedgerFolder> => {
    const making = made.get(name) ?? make();
    made.set(name, making);
    return making;
  };
  return {
    large: (lab) => once('large', () => fill(lab, 'large', lab.facts, trading(lab.facts, MORE))),
    small: (lab) => {
      const facts = Math.round(lab.facts / 10);
      return once('small', () => fill(lab, 'small', facts, trading(facts, 0)));
    },
    tiny: (lab) => once('tiny', () => fill(lab, 'tiny', TINY_FACTS, completeOrders(TINY_FACTS))),
  };
}

/** Sees to it that the read models are built. */
export async function fold(lab: Lab, ledger: LedgerFolder): Promise<void> {
  if (ledger.folded) return;
  lab.say(`folding ${ledger.facts} facts`);
  await run(lab, COMMAND_LINE, ['replay', '--json'], { TALLYSTICK_DATA_DIR: ledger.dataDir });
  ledger.folded = true;
}

async function fill(
  lab: Lab,
  name: string,
  facts: number,
  messages: Iterator<BulkMessage>,
): Promise<LedgerFolder> {
  lab.say(`making a ledger of ${facts} facts`);
  const dataDir = subfolder(lab, name);
  const env = { TALLYSTICK_DATA_DIR: dataDir, TALLYSTICK_CONFIG: lab.configFile, LOG_LEVEL: 'warn' };
  const runtime = await openRuntime({ mode: 'owner', config: loadConfig(env, lab.folder) });
  const progress = createProgress(`ledger ${name}`, 'facts');
  try {
    await configureSources(runtime);
    const proposers = new Map(
      runtime.sources.all().flatMap((source) => {
        const kind = sourceKinds.get(source.kind);
        return kind ? [[source.name, proposer(source, kind, 'bench')] as const] : [];
      }),
    );
    const { position } = await runtime.ledger.head();
    const inFlight: Promise<unknown>[] = [];
    for (let done = position; done < facts;) {
      lab.signal.throwIfAborted();
      const block = take(messages, Math.min(lab.blockFacts, facts - done), proposers);
      if (block.length === 0) throw new Error(`trading ended after ${done} of ${facts} facts`);
      inFlight.push(runtime.ledger.append(block));
      if (inFlight.length >= IN_FLIGHT) await inFlight.shift();
      done += block.length;
      progress.update(done, facts);
    }
    await Promise.all(inFlight);
    // As autovacuum would within a minute: both sides of every comparison start from the same settled table.
    await runtime.bulkPool.query('VACUUM ANALYZE ledger.facts');
    await runtime.bulkPool.query('VACUUM ANALYZE ledger.blocks');
  } finally {
    progress.stop();
    await runtime.close();
  }
  return { dataDir, facts, rest: messages, folded: false };
}

function take(
  messages: Iterator<BulkMessage>,
  count: number,
  proposers: ReadonlyMap<string, Proposer>,
): Proposal[] {
  const proposals: Proposal[] = [];
  while (proposals.length < count) {
    const next = messages.next();
    if (next.done) break;
    const { source, body } = next.value;
    const known = proposers.get(source);
    if (!known) throw new Error(`the simulator speaks of a source that is not configured: ${source}`);
    proposals.push(known.message(body, readJson(body) as object));
  }
  return proposals;
}
