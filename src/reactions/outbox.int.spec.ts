import { type Service, startService } from '../../test/api/service';
import { customer, hour, item, received, rejected, salesOrder, synchronised } from '../../test/api/story';
import { insertOutbox } from './outbox';

describe('the outbox, filled by the live path', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService({ onEvents: insertOutbox });
    await service.tell('prima', item('BAG-1'), customer(), salesOrder('SO1'));
  });
  afterAll(() => service.close());

  const alerts = async (position: number) =>
    (await service.get(`/v1/alerts?minPosition=${position}`)).json.items as Record<string, unknown>[];

  it('has one alert a new drift, and one for its end', async () => {
    await service.tell('scend', synchronised('BAG-1'), rejected('SO1'));
    const position = await service.tell('scend', received('SO1', hour(2)));
    expect(await alerts(position)).toMatchObject([
      { kind: 'drift.resolved', position, status: 'pending', about: { resolvedBy: position } },
      {
        kind: 'drift.opened',
        about: { detector: 'order-rejected', amountAtRisk: { minor: 2380 }, openedAt: hour(1) },
      },
    ]);
  });

  it('tells a drift that came back as a new one', async () => {
    const position = await service.tell('scend', rejected('SO1', hour(3)));
    expect((await alerts(position))[0]).toMatchObject({ kind: 'drift.opened', position });
  });

  it('tells of an acceptance, and again when it no longer holds', async () => {
    await service.tell('prima', salesOrder('SO2'));
    await service.tell('scend', rejected('SO2'));
    const position = (await service.ledger.head()).position;
    const id = String(
      (await service.get(`/v1/drifts?subject=order:SC-2&minPosition=${position}`)).at('items', 0, 'id'),
    );
    const accepted = await service.post(`/v1/drifts/${id}/accept`, { comment: 'agreed' });
    expect(accepted.json.status).toBe('accepted');
    const told = await alerts((await service.ledger.head()).position);
    expect(told[0]).toMatchObject({ kind: 'drift.accepted', drift: id });
    const before = told.length;
    const changed = await service.tell(
      'prima',
      salesOrder('SO2', { version: 2, totals: { net: '30.00', tax: '5.70', gross: '35.70' } }),
    );
    const after = await alerts(changed);
    expect(after).toHaveLength(before + 1);
    expect(after[0]).toMatchObject({
      kind: 'drift.opened',
      drift: id,
      about: { amountAtRisk: { minor: 3570 } },
    });
  });

  it('waits with what comes and goes, and does not tell what had ended by then', async () => {
    await service.tell('prima', salesOrder('SO3'));
    for (let hours = 4; hours < 10; hours += 2) {
      await alerts(await service.tell('scend', rejected('SO3', hour(hours))));
      await alerts(await service.tell('scend', received('SO3', hour(hours + 1))));
    }
    const { position } = await service.ledger.head();
    const told = (await alerts(position)).filter(({ about }) => {
      const { detector, subject } = about as { detector: string; subject: { id: string } };
      return detector === 'order-rejected' && subject.id === 'SC-3';
    });
    const both = (status: string) => ['drift.resolved', 'drift.opened'].map((kind) => ({ kind, status }));
    expect(told).toMatchObject([...both('damped'), ...both('pending'), ...both('pending')]);
    expect(told.map(({ webhook }) => webhook)).toEqual(
      told.map(() => ({ status: 'pending', attempts: 0, lastError: null })),
    );
  });

  it('sends once more what was given up, for people and for machines', async () => {
    const [{ id = 0 } = {}] = await alerts((await service.ledger.head()).position);
    const path = `/v1/alerts/${String(id)}/resend`;
    expect((await service.post(path)).json).toMatchObject({ status: 409, code: 'alert-not-dead' });
    expect((await service.post('/v1/alerts/999999/resend')).json).toMatchObject({ code: 'alert-not-found' });
    expect((await service.post('/v1/alerts/one/resend')).status).toBe(400);
    await service.database.pool.query(
      `UPDATE app.outbox SET hook_status = 'dead', hook_attempts = 8, hook_last_error = 'answered 500' WHERE id = $1`,
      [id],
    );
    const dead = await service.get('/v1/alerts?webhook=dead');
    expect(dead.json.items).toMatchObject([
      { id, webhook: { status: 'dead', attempts: 8, lastError: 'answered 500' } },
    ]);
    const again = await service.post(path);
    expect([again.status, again.json]).toMatchObject([
      202,
      { id, webhook: { status: 'pending', attempts: 0 } },
    ]);
  });

  it('lists what cannot be read, and does not send again what is no longer so', async () => {
    const { pool } = service.database;
    const put = async (key: string, body: string) => {
      const { rows } = await pool.query<{ id: number }>(
        `INSERT INTO app.outbox (idempotency_key, kind, drift_id, told_as, body, position, status, last_error, publish_error)
         VALUES ($1, 'drift.opened', 'told', 'told', $2, 1, 'dead', 'its body cannot be read', 'answered MESSAGE_TOO_LARGE') RETURNING id`,
        [key, body],
      );
      return rows[0]?.id ?? 0;
    };
    const [older, newer] = [await put('older', '{"drift":'), await put('newer', '{}')];
    for (const query of ['status=dead', 'kafka=dead'])
      expect((await service.get(`/v1/alerts?${query}`)).json.items).toMatchObject(
        [newer, older].map((id) => ({
          id,
          about: null,
          lastError: 'its body cannot be read',
          kafka: { status: 'dead', lastError: 'answered MESSAGE_TOO_LARGE' },
        })),
      );
    const resend = (id: number) => service.post(`/v1/alerts/${id}/resend`);
    expect((await resend(older)).json).toMatchObject({ status: 409, code: 'alert-outdated' });
    expect((await resend(newer)).json).toMatchObject({
      id: newer,
      status: 'pending',
      kafka: { status: 'pending' },
    });
    await pool.query(`DELETE FROM app.outbox WHERE drift_id = 'told'`);
  });

  it('filters and pages', async () => {
    const { position } = await service.ledger.head();
    const all = await alerts(position);
    const opened = await service.get('/v1/alerts?kind=drift.opened&status=pending&limit=1');
    const pending = all.find(({ kind, status }) => kind === 'drift.opened' && status === 'pending');
    expect(opened.json.items).toMatchObject([{ id: pending?.id }]);
    const next = await service.get(
      `/v1/alerts?kind=drift.opened&limit=1&cursor=${String(opened.json.nextCursor)}`,
    );
    expect(next.at('items', 0, 'kind')).toBe('drift.opened');
    expect((await service.get('/v1/alerts?status=dead')).json.items).toEqual([]);
  });
});
