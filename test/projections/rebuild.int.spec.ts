import path from 'node:path';
import type { Readable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import fc from 'fast-check';
import { startProcess } from '../support/process';
import { settled } from '../support/settled';
import { createWorld, noFaults } from '../../src/simulator';
import { CheckpointMoved, beginGeneration, promote } from '../../src/projections/generations';
import { build } from '../../src/projections/rebuild';
import { differences } from '../laws/support/current';
import { type House, inHouse } from '../laws/support/house';
import { rowsOf } from '../laws/support/rows';
import { WORLD_OVER, WORLD_START, deliver, messagesOf, sourcesOf, worlds } from '../laws/support/worlds';

async function generations(house: House): Promise<{ status: string; schema_name: string }[]> {
  const { rows } = await house.pool.query<{ status: string; schema_name: string }>(
    'SELECT status, schema_name FROM app.generations ORDER BY id',
  );
  return rows;
}

async function schemas(house: House): Promise<string[]> {
  const { rows } = await house.pool.query<{ name: string }>(
    `SELECT nspname AS name FROM pg_namespace WHERE nspname = 'live' OR nspname LIKE 'gen\\_%' ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

const REBUILD = path.join(__dirname, '../support/rebuild-process.ts');

describe('a rebuild', () => {
  it('whose lane fails says why, and leaves live as it was', () =>
    inHouse(async (house) => {
      const world = createWorld({ seed: 1, orders: 10, faults: noFaults, startAt: WORLD_START });
      await house.configure(sourcesOf(world));
      await deliver(house, messagesOf(world), [40]);
      await house.tick(WORLD_OVER);
      await house.fold();
      const before = await rowsOf(house.pool);
      const nowhere = 'postgres://nobody:secret-word@127.0.0.1:1/nowhere';
      const { child, ended } = startProcess(REBUILD, [house.url, '2', nowhere]);
      const [complaint, code] = await Promise.all([textOf(child.stderr as Readable), ended]);
      expect(code).toBe(1);
      expect(complaint).toContain('ECONNREFUSED');
      expect(complaint).not.toContain('secret-word');
      expect(differences(await rowsOf(house.pool), before)).toEqual([]);
      expect(await schemas(house)).toEqual(['live']);
    }));

  it('that ends anywhere before the swap leaves live as it was, and nothing behind', async () => {
    await fc.assert(
      fc.asyncProperty(
        worlds({ orders: { min: 5, max: 10 } }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (world, when) =>
          inHouse(async (house) => {
            await house.configure(sourcesOf(world));
            await deliver(house, messagesOf(world), [40]);
            await house.tick(WORLD_OVER);
            await house.fold();
            const before = await rowsOf(house.pool);
            const { position: head } = await house.ledger.head();
            const fatal = Math.ceil(when * head);
            const broken = house.rebuild({
              onProgress({ position }) {
                if (position >= fatal) throw new Error('the power is gone');
              },
            });
            await expect(broken).rejects.toThrow('the power is gone');
            expect(differences(await rowsOf(house.pool), before)).toEqual([]);
            expect(await schemas(house)).toEqual(['live']);
            expect((await generations(house)).map(({ status }) => status)).toEqual(['live', 'dropped']);
          }),
      ),
      { numRuns: 4, endOnFailure: true },
    );
  });

  it('keeps out a step of live folding that has waited for it', () =>
    inHouse(async (house) => {
      const { pool, ledger, settings } = house;
      const world = createWorld({ seed: 2, orders: 10, faults: noFaults, startAt: WORLD_START });
      await house.configure(sourcesOf(world));
      const messages = messagesOf(world);
      const half = Math.floor(messages.length / 2);
      await deliver(house, messages.slice(0, half), [40]);
      const runner = house.runner();
      await house.fold(runner);
      const { generation } = await build({ pool, ledger, settings });
      await deliver(house, messages.slice(half), [40]);
      let step: Promise<unknown> = Promise.resolve();
      await promote(pool, generation, {
        catchUp: async () => {
          step = runner.step();
          step.catch(() => undefined);
          await settled(
            async () => (await pool.query('SELECT FROM pg_locks WHERE NOT granted')).rowCount !== 0,
          );
        },
      });
      await expect(step).rejects.toBeInstanceOf(CheckpointMoved);
      await house.fold();
      const live = await rowsOf(pool);
      await house.rebuild();
      expect(differences(await rowsOf(pool), live)).toEqual([]);
    }));

  it('takes in what arrives while it runs', async () => {
    await fc.assert(
      fc.asyncProperty(worlds({ orders: { min: 5, max: 10 } }), (world) =>
        inHouse(async (house) => {
          await house.configure(sourcesOf(world));
          const messages = messagesOf(world);
          const half = Math.floor(messages.length / 2);
          await deliver(house, messages.slice(0, half), [25]);
          await house.fold();
          const arriving: Promise<void>[] = [];
          const arrive = async () => {
            await deliver(house, messages.slice(half), [25]);
            await house.fold().catch((error: unknown) => {
              // Overtaken by the swap, as the law of the checkpoint wants it.
              if (!(error instanceof CheckpointMoved)) throw error;
            });
          };
          await house.rebuild({
            onProgress({ phase }) {
              if (phase === 'loading' && arriving.length === 0) arriving.push(arrive());
            },
          });
          await Promise.all(arriving);
          await house.tick(WORLD_OVER);
          await house.fold();
          const caughtUp = await rowsOf(house.pool);
          await house.rebuild();
          expect(differences(await rowsOf(house.pool), caughtUp)).toEqual([]);
        }),
      ),
      { numRuns: 3, endOnFailure: true },
    );
  });

  it('clears away what a killed one left, and not what another is building', () =>
    inHouse(async (house) => {
      await house.fold();
      const left = await beginGeneration(house.pool, house.settings);
      expect(await schemas(house)).toEqual([left.schema, 'live']);
      const others: Promise<unknown>[] = [];
      await house.rebuild({
        onProgress({ phase }) {
          // A second one starts while the first is building: each promotes what it built.
          if (phase === 'loading' && others.length === 0) others.push(house.rebuild());
        },
      });
      await Promise.all(others);
      const statuses = (await generations(house)).map(({ status }) => status);
      expect(statuses.slice(0, 2)).toEqual(['former', 'dropped']);
      // Whichever was promoted last.
      expect(statuses.slice(2).sort()).toEqual(['former', 'live']);
    }));
});
