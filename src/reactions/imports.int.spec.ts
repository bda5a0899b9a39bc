import type { ImportAlert } from './claim';
import { type Service, startService } from '../../test/api/service';
import { customer, hour, item, rejected, salesOrder, synchronised } from '../../test/api/story';
import { settled } from '../../test/support/settled';
import { completeImport } from './import-alert';
import { importText } from './import-text';
import { insertOutbox } from './outbox';

describe('an import of history', () => {
  let service: Service;
  let nos = 0;
  beforeAll(async () => {
    service = await startService({ onEvents: insertOutbox });
    await service.tell('prima', item('BAG-1'), customer());
    await service.tell('scend', synchronised('BAG-1'));
  });
  afterAll(() => service.close());

  const folded = (position: number) =>
    settled(async () => {
      const sql = 'SELECT FROM live.checkpoint WHERE position >= $1';
      return (await service.database.pool.query(sql, [position])).rowCount === 1;
    });
  /** An order that the warehouse rejects, told at `at`. */
  const trouble = async (at?: string) => {
    const no = `SO${++nos}`;
    await service.tell('prima', salesOrder(no));
    await folded(await service.tell('scend', rejected(no, at)));
  };
  interface Shown {
    kind: string;
    about: { detector?: string; subject?: { id: string } };
  }
  const alerts = async () => (await service.get('/v1/alerts?limit=100')).json.items as Shown[];
  const imports = async () => (await service.get('/v1/imports')).json.items as Record<string, unknown>[];
  const resolvedOf = async (order: string) => {
    const url = `/v1/drifts?detector=order-rejected&status=resolved&subject=order:${order.replace('SO', 'SC-')}`;
    return ((await service.get(url)).json.items as object[]).length;
  };
  const complete = () => completeImport(service.database.pool);

  it('alerts nobody until it is complete, and then once', async () => {
    await trouble();
    expect(await alerts()).toHaveLength(1);
    const begun = await service.post('/v1/imports', { reason: 'first connection' });
    expect([begun.status, begun.json.status]).toEqual([201, 'importing']);
    await trouble();
    await trouble();
    expect(await alerts()).toHaveLength(1);
    expect(await complete()).toBe(false);

    const ended = await service.post('/v1/imports/end', {});
    expect(ended.json).toMatchObject({ status: 'waiting', waitingFor: ['prima', 'scend'] });
    // What is heard of old times is history still.
    await trouble();
    expect([await complete(), await alerts()]).toMatchObject([false, { length: 1 }]);

    const now = new Date(Date.now() + 60_000).toISOString();
    await service.tell('prima', salesOrder('SO-NEW', { orderedAt: now, modifiedAt: now }));
    await folded(await service.tell('scend', { ...rejected('SO-NEW', now), event_id: 'evt-new' }));
    expect(await imports()).toMatchObject([{ status: 'waiting', waitingFor: [] }]);
    expect((await Promise.all([complete(), complete()])).sort()).toEqual([false, true]);
    expect(await complete()).toBe(false);
    const [summary, ...others] = await alerts();
    expect(others).toHaveLength(1);
    expect(summary).toMatchObject({
      kind: 'import.completed',
      drift: null,
      about: { import: 1, reason: 'first connection' },
    });
    const { drifts } = (summary as unknown as { about: { drifts: { detector: string; drifts: number }[] } })
      .about;
    expect(drifts.find(({ detector }) => detector === 'order-rejected')?.drifts).toBe(3);

    await trouble(hour(3));
    const all = await alerts();
    const later = all.slice(
      0,
      all.findIndex(({ kind }) => kind === 'import.completed'),
    );
    expect(later).toContainEqual(
      expect.objectContaining({
        kind: 'drift.opened',
        about: expect.objectContaining({ detector: 'order-rejected' }) as object,
      }),
    );
    expect(await imports()).toMatchObject([{ status: 'completed' }]);
  });

  it('ends at once where nobody is waited for, and one at a time goes on', async () => {
    expect((await service.post('/v1/imports', { reason: null })).status).toBe(201);
    const second = await service.post('/v1/imports', { reason: null });
    expect([second.status, second.json.code]).toEqual([409, 'import-refused']);
    const ended = await service.post('/v1/imports/end', { now: true });
    expect(ended.json).toMatchObject({ status: 'waiting', waitingFor: [] });
    expect(await complete()).toBe(true);
    const none = await service.post('/v1/imports/end', {});
    expect([none.status, none.json.detail]).toEqual([
      409,
      'No import goes on: `tallystick import begin` begins one.',
    ]);
  });

  it('still tells the end of what was told before it, and not of what it has found itself', async () => {
    await trouble(hour(4));
    const told = `SO${nos}`;
    await service.post('/v1/imports', { reason: null });
    await trouble(hour(4));
    await service.tell('prima', salesOrder(told, { status: 'cancelled', version: 2 }));
    const last = salesOrder(`SO${nos}`, { status: 'cancelled', version: 2 });
    await folded(await service.tell('prima', last));
    expect(await resolvedOf(told)).toBe(1);
    expect(await resolvedOf(`SO${nos}`)).toBe(1);
    const ends = (await alerts()).filter(
      ({ kind, about }) => kind === 'drift.resolved' && about.detector === 'order-rejected',
    );
    expect(ends.map(({ about }) => about.subject?.id)).toEqual([told.replace('SO', 'SC-')]);
    await service.post('/v1/imports/end', { now: true });
  });

  it('is told in words, the largest causes first', () => {
    const found = (detector: string, drifts: number, minor: number) =>
      ({ change: 'opened', detector, cause: 'c', currency: 'GBP', drifts, minor, units: '0' }) as const;
    const body = {
      import: 1,
      reason: 'three <years>',
      facts: 12,
      drifts: [found('a', 1, 150), found('b', 40, 0)],
    };
    const alert = { id: 7, kind: 'import.completed', body } as ImportAlert;
    const text = importText(alert, 'http://tally.test');
    expect(text).toEqual([
      '*History is imported*: 12 facts (three &lt;years&gt;)',
      '41 drifts are open (GBP 1.50 at risk)',
      '• 40 × b (c): GBP 0.00',
      '• 1 × a (c): GBP 1.50',
      'From now on each drift is told by itself.',
      'http://tally.test/v1/drifts?status=open · alert 7',
    ]);
  });
});
