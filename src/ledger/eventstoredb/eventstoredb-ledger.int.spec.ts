import { EventStoreSimulator } from '../../../test/support/eventstore/simulator';
import { freshDatabase } from '../../../test/support/postgres';
import { describeLedgerContract } from '../contract';
import type { LedgerHarness } from '../contract/harness';
import type { Ledger } from '../port';
import { FaultyProxy } from '../postgres/faulty-proxy.fixture';
import { tamperWith } from '../postgres/tamper.fixture';
import { createEventStoreLedger } from './index';

const logger = { info: () => undefined, warn: () => undefined };

/** Instances on one database, as the replicas of an installation are. What is away is both. */
async function createHarness(): Promise<LedgerHarness> {
  const [database, simulator] = [await freshDatabase(), await new EventStoreSimulator().start()];
  const proxy = await FaultyProxy.to(database.url);
  const opened: Ledger[] = [];
  return {
    network: {
      loseNextAnswer: () => simulator.loseNextAnswer(),
      loseNextRequest: () => simulator.loseNextRequest(),
      down() {
        simulator.down();
        proxy.down();
      },
      up() {
        simulator.up();
        proxy.up();
      },
    },
    tamper: tamperWith(database.pool),
    async open(limits) {
      const ledger = await createEventStoreLedger({
        ...{ url: proxy.url, limits, logger },
        ledgerUrl: simulator.url,
      });
      opened.push(ledger);
      return ledger;
    },
    async close() {
      for (const ledger of opened) await ledger.close();
      await proxy.close();
      await simulator.stop();
      await database.drop();
    },
  };
}

describeLedgerContract('a simulator of EventStoreDB', createHarness);
