import { defaultPolicy, policySchema } from '../../src/domain/policy';
import { findGeneration, listGenerations } from '../../src/projections/generations';
import { inHouse } from '../laws/support/house';
import { WORLD_START } from '../laws/support/worlds';
import { Commands, until } from './commands';

const lenient = policySchema.parse({ detectors: { 'order-rejected': { enabled: false } } });

it.each(['SIGINT', 'SIGTERM'] as const)(
  'a replay at the command line that gets %s drops what it was building',
  (signal) =>
    inHouse(async (house) => {
      const { pool } = house;
      await house.tick(WORLD_START);
      await house.fold();
      const commands = await Commands.on(house, { strict: defaultPolicy, lenient });
      // It comes to its indexes and waits there.
      const held = await pool.connect();
      await held.query('SELECT pg_advisory_lock($1, $2)', [0x7a12, 2]);
      try {
        const { child, ended } = commands.run('replay', '--policy', 'lenient.json');
        await until(async () => {
          const { rowCount } = await pool.query(
            `SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
              WHERE d.datname = current_database() AND NOT l.granted`,
          );
          return rowCount !== 0;
        });
        child.kill(signal);
        await held.query('SELECT pg_advisory_unlock_all()');
        await ended;
        expect(child.exitCode).toBe(signal === 'SIGINT' ? 130 : 143);
        expect(await findGeneration(pool, 2)).toMatchObject({
          status: 'dropped',
          failure: 'interrupted; the live generation is untouched',
        });
        expect(await listGenerations(pool)).toMatchObject([{ id: 1, status: 'live' }]);
      } finally {
        held.release(true);
        await commands.remove();
      }
    }),
);
