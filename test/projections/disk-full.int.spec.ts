/** The kernel's own refusal: a table's file leads to /dev/full, so PostgreSQL is told that no space is left on the device. */
import { existsSync } from 'node:fs';
import { symlink, unlink } from 'node:fs/promises';
import path from 'node:path';
import { findGeneration } from '../../src/projections/generations';
import { build } from '../../src/projections/rebuild';
import { createWorld, everyFault } from '../../src/simulator';
import { differences } from '../laws/support/current';
import { type House, inHouse } from '../laws/support/house';
import { rowsOf } from '../laws/support/rows';
import { WORLD_OVER, WORLD_START, deliver, messagesOf, sourcesOf } from '../laws/support/worlds';

const FULL = '/dev/full';
const world = createWorld({ seed: 9, orders: 10, faults: everyFault(1), startAt: WORLD_START });

async function diskIsFullFor({ pool }: House, table: string): Promise<void> {
  const { rows } = await pool.query<{ folder: string; file: string }>(
    `SELECT current_setting('data_directory') AS folder, pg_relation_filepath($1) AS file`,
    [table],
  );
  const file = path.join(rows[0]?.folder ?? '', rows[0]?.file ?? '');
  await unlink(file);
  await symlink(FULL, file);
}

(existsSync(FULL) ? describe : describe.skip)(
  'a disk that is full in the middle of a replay (needs /dev/full)',
  () => {
    it.each(['drifts', 'drift_events'])(
      'stops it cleanly at %s, leaves live as it was, and says what is missing',
      (table) =>
        inHouse(async (house) => {
          await house.configure(sourcesOf(world));
          await deliver(house, messagesOf(world), [40]);
          await house.tick(WORLD_OVER);
          await house.fold();
          const before = await rowsOf(house.pool);
          const { pool, ledger, settings } = house;
          let id = 0;
          const onBegun = async (generation: number) => {
            id = generation;
            await diskIsFullFor(house, `gen_${id}.${table}`);
          };
          await expect(build({ pool, ledger, settings, onBegun })).rejects.toMatchObject({ code: '53100' });
          const { status, failure } = (await findGeneration(pool, id)) ?? {};
          expect(status).toBe('dropped');
          expect(failure).toMatch(/^the disk of the database is full \(.*No space left on device/);
          expect(failure).toMatch(
            /about as much as the live one, \d+ [kM]B; make room there, or drop a former generation/,
          );
          expect(differences(await rowsOf(pool), before)).toEqual([]);
          const { rows } = await pool.query(`SELECT to_regnamespace('gen_${id}') AS left`);
          expect(rows).toEqual([{ left: null }]);

          // With room again it goes on as if nothing had been.
          await house.rebuild();
          expect(differences(await rowsOf(pool), before)).toEqual([]);
        }),
    );
  },
);
