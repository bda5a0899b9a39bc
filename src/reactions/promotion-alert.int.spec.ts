import { type Service, startService } from '../../test/api/service';
import { customer, hour, item, rejected, salesOrder, synchronised } from '../../test/api/story';
import { settled } from '../../test/support/settled';
import { defaultPolicy } from '../domain/policy';
import { liveGeneration, promote } from '../projections/generations';
import { insertOutbox } from './outbox';
import { insertPromotion, tellPromotion } from './promotion-alert';

/** Nobody is told of rejected orders any more. */
const quiet = { detectors: { 'order-rejected': { enabled: false } } };

describe('what a promotion opens and closes', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService({ onEvents: insertOutbox, onPromoted: tellPromotion });
    await service.tell('prima', item('BAG-1'), customer(), salesOrder('SO1'), salesOrder('SO2'));
    await folded(await service.tell('scend', synchronised('BAG-1'), rejected('SO1'), rejected('SO2')));
  });
  afterAll(() => service.close());

  const folded = (position: number) =>
    settled(async () => {
      const sql = 'SELECT FROM live.checkpoint WHERE position >= $1';
      return (await service.database.pool.query(sql, [position])).rowCount === 1;
    });
  const kinds = async () =>
    ((await service.get('/v1/alerts?limit=100')).json.items as { kind: string }[]).map(({ kind }) => kind);
  const drafted = async (body: object) => {
    const { id } = (await service.post('/v1/replays', body)).json;
    await settled(async () => (await service.get(`/v1/replays/${String(id)}`)).json.status === 'ready');
    return Number(id);
  };
  const put = (id: number) => service.post(`/v1/replays/${id}/promote`);

  it('is one alert, written with it; going back is another; and what follows alerts as ever', async () => {
    expect(await kinds()).toEqual(['drift.opened', 'drift.opened']);
    await service.database.pool.query(`UPDATE app.outbox SET status = 'sent'`);
    const id = await drafted({ policy: quiet, reason: 'seen to elsewhere' });
    expect(await kinds()).toHaveLength(2);
    await put(id);
    const [, , sum, ...others] = (await service.get('/v1/alerts')).json.items as Record<string, unknown>[];
    expect(others).toHaveLength(2);
    expect(sum).toMatchObject({
      kind: 'generation.promoted',
      drift: null,
      status: 'pending',
      about: {
        generation: id,
        former: 1,
        by: 'local:unverified',
        reason: 'seen to elsewhere',
        differs: [{ name: 'policy', version: 1 }],
        drifts: [{ change: 'closed', detector: 'order-rejected', drifts: 2, minor: 4760, currency: 'EUR' }],
      },
    });
    await put(1);
    // Live goes on: what the promotion opened is no news to it.
    await service.tell('prima', salesOrder('SO3'));
    await folded(await service.tell('scend', rejected('SO3', hour(2))));
    // What was told as open has ended by the promotion, and is open again by the other.
    const both = (kind: string) => [kind, kind];
    expect(await kinds()).toEqual([
      'drift.opened',
      ...both('drift.opened'),
      'generation.promoted',
      ...both('drift.resolved'),
      'generation.promoted',
      ...both('drift.opened'),
    ]);
    const ended = (await service.get('/v1/alerts?kind=drift.resolved')).json.items;
    // People read it in the sums, and machines are told of each.
    const inSums = { status: 'kept', webhook: { status: 'pending' }, about: { resolvedBy: null } };
    expect(ended).toMatchObject([inSums, inSums]);
    expect((await service.get('/v1/alerts?kind=generation.promoted')).json.items).toMatchObject([
      { about: { former: id, generation: 1, drifts: [{ change: 'opened', drifts: 2 }] } },
      {},
    ]);
  });

  it('is told to nobody where no drift is opened, closed or changed', async () => {
    const before = await kinds();
    const id = await drafted({});
    await put(id);
    await put(1);
    expect(await kinds()).toEqual(before);
  });

  it('is told to nobody where the promotion comes to nothing at its end', async () => {
    const before = await kinds();
    const id = await drafted({ policy: quiet });
    const { pool } = service.database;
    await expect(
      promote(pool, id, {
        catchUp: () => Promise.resolve(),
        tell: async (client, { live, next }) => {
          const what = {
            former: live.id,
            generation: next.id,
            position: 1,
            by: null,
            reason: null,
            differs: [],
          };
          const closed = { change: 'closed', detector: 'd', cause: 'c', currency: null } as const;
          await insertPromotion(client, {
            ...what,
            drifts: [{ ...closed, drifts: 1, minor: 0, units: '0' }],
          });
          throw new Error('the process died');
        },
      }),
    ).rejects.toThrow('died');
    expect(await kinds()).toEqual(before);
    expect((await liveGeneration(pool))?.id).toBe(1);
  });

  it('needs other eyes by the policy that is in force at that moment', async () => {
    const { pool } = service.database;
    const [strict, mine] = [
      await drafted({ policy: { ...defaultPolicy, promotion: { fourEyes: true } } }),
      await drafted({}),
    ];
    let asked: Promise<unknown> = Promise.resolve();
    await promote(pool, strict, {
      catchUp: async () => {
        // It was allowed when it was asked for, and waits for this promotion.
        asked = put(mine);
        await settled(
          async () => (await pool.query('SELECT FROM pg_locks WHERE NOT granted')).rowCount !== 0,
        );
      },
    });
    expect(await asked).toMatchObject({ json: { status: 409, code: 'generation-refused' } });
    expect((await liveGeneration(pool))?.id).toBe(strict);
  });
});
