import { inHouse } from '../../../test/laws/support/house';
import { settled } from '../../../test/support/settled';
import { createLogger } from '../../platform/logging';
import { ensureLive } from '../../projections/generations';
import { CheckpointWatch } from './checkpoint-watch';

const WAITING = `SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'live.checkpoint'::regclass`;

it('does not miss what is told while it reads the checkpoint', () =>
  inHouse(async ({ pool, settings }) => {
    await ensureLive(pool, settings);
    const watch = new CheckpointWatch(pool, createLogger('error'));
    const client = await pool.connect();
    await client.query('BEGIN; LOCK TABLE live.checkpoint IN ACCESS EXCLUSIVE MODE');
    // The table says 0 to the end, so that nothing but what was told can make this true.
    const reached = watch.reached(5, 100);
    await settled(async () => (await client.query(WAITING)).rows.length > 0);
    watch.told(5);
    await client.query('COMMIT');
    client.release();
    expect(await reached).toBe(true);
  }));
