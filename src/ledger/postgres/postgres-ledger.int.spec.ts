import { freshDatabase } from '../../../test/support/postgres';
import { describeLedgerContract } from '../contract';
import type { LedgerHarness } from '../contract/harness';
import type { Ledger } from '../port';
import { FaultyProxy } from './faulty-proxy.fixture';
import { createPostgresLedger } from './index';
import { tamperWith } from './tamper.fixture';

const logger = { info: () => undefined, warn: () => undefined };

async function createHarness(): Promise<LedgerHarness> {
  const database = await freshDatabase();
  const network = await FaultyProxy.to(database.url);
  const opened: Ledger[] = [];
  return {
    network,
    tamper: tamperWith(database.pool),
    async open(limits) {
      const ledger = await createPostgresLedger({ url: network.url, limits, logger });
      opened.push(ledger);
      return ledger;
    },
    async close() {
      for (const ledger of opened) await ledger.close();
      await network.close();
      await database.drop();
    },
  };
}

describeLedgerContract('PostgreSQL', createHarness);
