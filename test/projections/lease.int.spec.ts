import { createPool } from '../../src/platform/pools';
import { isLedByOther, Lease, LEASE_SECONDS, PROJECTOR } from '../../src/projections/lease';
import { databaseClock } from '../support/database-clock';
import { freshDatabase } from '../support/postgres';

describe('the projector lease', () => {
  let database: Awaited<ReturnType<typeof freshDatabase>>;

  beforeAll(async () => {
    database = await freshDatabase();
  });

  afterAll(() => database.drop());

  it('has one holder, who may take it again, until he releases it', async () => {
    const [first, second] = [new Lease(database.pool, 'a'), new Lease(database.pool, 'a')];
    expect(await first.take()).toBe(true);
    expect(await second.take()).toBe(false);
    expect(await first.take()).toBe(true);
    await first.release();
    expect(await second.take()).toBe(true);
    expect(await first.take()).toBe(false);
  });

  it('of many who ask at once goes to one', async () => {
    const all = Array.from({ length: 12 }, () => new Lease(database.pool, 'b'));
    const taken = await Promise.all(all.map((lease) => lease.take()));
    expect(taken.filter(Boolean)).toHaveLength(1);
  });

  it('of a holder that hangs ends by the clock of the database, within the ten seconds that a standby has', async () => {
    const [hung, standby] = [new Lease(database.pool, 'c'), new Lease(database.pool, 'c')];
    await hung.take();
    expect(LEASE_SECONDS).toBeLessThan(9);
    await database.pool.query(
      `UPDATE app.leases SET expires_at = expires_at - make_interval(secs => $1) WHERE name = 'c'`,
      [LEASE_SECONDS],
    );
    expect(await standby.take()).toBe(true);
    expect(await hung.take()).toBe(false);
  });

  it('that a clock of years ahead has given holds nobody off once the clock is right', async () => {
    const stepped = await freshDatabase();
    const clock = await databaseClock(stepped.url);
    const pool = createPool({ url: stepped.url, name: 'lease test' });
    try {
      const [hung, standby] = [new Lease(pool, PROJECTOR), new Lease(pool, PROJECTOR)];
      await clock.step(73 * 365 * 86_400);
      expect(await hung.take()).toBe(true);
      expect(await isLedByOther(pool, standby.holder)).toBe(true);
      expect(await standby.take()).toBe(false);
      await clock.step(0);
      expect(await isLedByOther(pool, standby.holder)).toBe(false);
      expect(await standby.take()).toBe(true);
      // And one that has been set back by less than a lease lengthens none.
      await clock.step(-3);
      expect(await hung.take()).toBe(true);
    } finally {
      await pool.end();
      await clock.close();
      await stepped.drop();
    }
  });
});
