import { randomUUID } from 'node:crypto';
import { EventStoreProxy } from '../../../test/support/eventstore/proxy';
import { EventStoreSimulator } from '../../../test/support/eventstore/simulator';
import { freshDatabase } from '../../../test/support/postgres';
import { describeLedgerContract } from '../contract';
import type { LedgerHarness, Network } from '../contract/harness';
import type { Ledger } from '../port';
import { FaultyProxy } from '../postgres/faulty-proxy.fixture';
import { tamperWith } from '../postgres/tamper.fixture';
import { createEventStoreLedger } from './index';

const logger = { info: () => undefined, warn: () => undefined };
/** Of a real server: `npm run test:eventstore`. */
const real = process.env['EVENTSTORE_TEST_URL'];

type Store = Network & { url: string; stop(): Promise<void> };

/** Instances on one database, as the replicas of an installation are. What is away is both. */
async function createHarness(): Promise<LedgerHarness> {
  const database = await freshDatabase();
  const store: Store = await (real ? new EventStoreProxy(real) : new EventStoreSimulator()).start();
  const proxy = await FaultyProxy.to(database.url);
  const stream = `tallystick-test-${randomUUID()}`;
  const opened: Ledger[] = [];
  return {
    network: {
      loseNextAnswer: () => store.loseNextAnswer(),
      loseNextRequest: () => store.loseNextRequest(),
      down() {
        store.down();
        proxy.down();
      },
      up() {
        store.up();
        proxy.up();
      },
    },
    tamper: tamperWith(database.pool),
    async open(limits) {
      const ledgerUrl = `${store.url}&stream=${stream}`;
      const ledger = await createEventStoreLedger({ url: proxy.url, limits, logger, ledgerUrl });
      opened.push(ledger);
      return ledger;
    },
    async close() {
      for (const ledger of opened) await ledger.close();
      await proxy.close();
      await store.stop();
      await database.drop();
    },
  };
}

describeLedgerContract(
  real ? 'the server at EVENTSTORE_TEST_URL' : 'a simulator of EventStoreDB',
  createHarness,
);
