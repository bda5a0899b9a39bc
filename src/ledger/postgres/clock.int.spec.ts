import { freshDatabase } from '../../../test/support/postgres';
import type { TestDatabase } from '../../../test/support/postgres';
import { type DatabaseClock, databaseClock } from '../../../test/support/database-clock';
import { proposals } from '../contract/proposals';
import { LedgerClockAhead, LedgerUnavailable } from '../port';
import type { Ledger } from '../port';
import { createPostgresLedger } from './index';

const logger = { info: () => undefined, warn: () => undefined };
const YEARS = 73 * 365 * 86_400;

describe("the database's clock", () => {
  let database: TestDatabase;
  let clock: DatabaseClock;
  let ledger: Ledger;
  beforeEach(async () => {
    database = await freshDatabase();
    clock = await databaseClock(database.url);
    ledger = await createPostgresLedger({ url: database.url, logger });
  });
  afterEach(async () => {
    await ledger.close();
    await clock.close();
    await database.drop();
  });

  const sizes: [string, number][] = [
    ['small', 3],
    ['large', 500],
  ];
  it.each(sizes)(
    'stamps no %s block when it is set years ahead, and is believed again when it is back',
    async (_, size) => {
      await ledger.append(proposals(size));
      const before = await ledger.head();
      await clock.step(YEARS);
      const refused = await Promise.allSettled([
        ledger.append(proposals(size, size)),
        ledger.append(proposals(size, 2 * size)),
      ]);
      for (const each of refused) {
        expect(each).toMatchObject({
          status: 'rejected',
          reason: {
            code: 'ledger-clock-ahead',
            boundMs: 300_000,
            message: expect.stringContaining('restart') as string,
          },
        });
        const { reason } = each as { reason: LedgerClockAhead };
        expect(reason).toBeInstanceOf(LedgerUnavailable);
        expect(Math.round(reason.aheadMs / 1_000 / 60)).toBe(YEARS / 60);
      }
      expect(await ledger.head()).toEqual(before);
      expect((await ledger.clock()).refusal).toBeInstanceOf(LedgerClockAhead);
      await clock.step(0);
      expect((await ledger.clock()).refusal).toBeNull();
      expect((await ledger.append(proposals(size, size)))[0]).toEqual({
        position: size + 1,
        duplicate: false,
      });
      expect(await ledger.verify()).toMatchObject({ ok: true, position: 2 * size });
    },
  );

  it('may be ahead by as much as is allowed', async () => {
    await clock.step(240);
    expect(await ledger.append(proposals(1))).toHaveLength(1);
    const { aheadMs, refusal } = await ledger.clock();
    expect([Math.round(aheadMs / 60_000), refusal]).toEqual([4, null]);
  });

  it('does not take the clock of the ledger back with it', async () => {
    await ledger.append(proposals(1));
    const { recordedAt } = await ledger.head();
    await clock.step(-86_400);
    await ledger.append(proposals(1, 1));
    await ledger.append(proposals(500, 2));
    expect((await ledger.head()).recordedAt).toBe(recordedAt);
    expect((await ledger.at([2]))[0]?.recordedAt).toBe(recordedAt);
    expect((await ledger.clock()).store).toBeLessThan(recordedAt - 86_000_000);
  });
});
