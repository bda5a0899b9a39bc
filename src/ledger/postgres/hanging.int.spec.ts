import { freshDatabase } from '../../../test/support/postgres';
import type { TestDatabase } from '../../../test/support/postgres';
import { proposal, proposals, range } from '../contract/proposals';
import type { Ledger } from '../port';
import { FaultyProxy } from './faulty-proxy.fixture';
import { createPostgresLedger } from './index';

const logger = { info: () => undefined, warn: () => undefined };
const late = { status: 'rejected', reason: { code: 'ledger-unavailable' } };
/** Far more than callers wait here, and less than any statement's own timeout once was. */
const IN_TIME_MS = 25_000;

describe('a database that answers nothing', () => {
  let database: TestDatabase;
  let proxy: FaultyProxy;
  let ledger: Ledger;
  beforeEach(async () => {
    database = await freshDatabase();
    proxy = await FaultyProxy.to(database.url);
    ledger = await createPostgresLedger({ url: proxy.url, limits: { maxWaitMs: 3_000 }, logger });
    await ledger.append([proposal('before')]);
  });
  afterEach(async () => {
    // Closing waits for no answer either.
    await ledger.close();
    await proxy.close();
    await database.drop();
  });

  const sizes: [string, number][] = [
    ['small', 3],
    ['large', 500],
  ];

  it.each(sizes)(
    'keeps no caller of a %s block waiting, and takes the next as soon as it answers again',
    async (_, size) => {
      proxy.hang();
      const answers = await Promise.allSettled([
        ledger.append(proposals(size)),
        ledger.append(proposals(size, size)),
        // In several parts, the rest of which is given up with the first.
        ledger.append(proposals(4_001, 10_000)),
      ]);
      for (const answer of answers) expect(answer).toMatchObject(late);
      proxy.hangNoMore();
      expect(await ledger.append(proposals(size))).toEqual(
        range(2, size + 1).map((position) => ({ position, duplicate: false })),
      );
    },
    IN_TIME_MS,
  );

  it.each(sizes)(
    'says that the outcome is not known when it hangs at the commit of a %s block, and sending again is safe',
    async (_, size) => {
      proxy.hangAtCommits();
      await expect(ledger.append(proposals(size))).rejects.toMatchObject({
        code: 'ledger-unavailable',
        message: expect.stringContaining('whether this was recorded is not known') as string,
      });
      proxy.hangNoMore();
      expect(await ledger.append(proposals(size))).toEqual(
        range(2, size + 1).map((position) => ({ position, duplicate: true })),
      );
      expect(await ledger.verify()).toMatchObject({ ok: true, position: size + 1 });
    },
    IN_TIME_MS,
  );

  it(
    'keeps nobody waiting who comes while it cannot be connected to',
    async () => {
      proxy.down();
      proxy.hang();
      proxy.up();
      const answers = await Promise.allSettled(range(1, 5).map((i) => ledger.append([proposal(i)])));
      for (const answer of answers) expect(answer).toMatchObject(late);
      proxy.hangNoMore();
      expect(await ledger.append([proposal('after')])).toEqual([{ position: 2, duplicate: false }]);
    },
    IN_TIME_MS,
  );
});
