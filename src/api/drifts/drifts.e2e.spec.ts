import { type Service, startService } from '../../../test/api/service';
import { customer, hour, item, received, rejected, salesOrder, synchronised } from '../../../test/api/story';
import { policySchema } from '../../domain/policy';
import { DriftEntity } from '../entities/drift.entity';
import { ReadModels } from '../entities/read-models';

describe('drifts over HTTP', () => {
  let service: Service;
  let last: number;

  beforeAll(async () => {
    const scopes = [{ match: { channel: 'scayle' }, owner: 'web shop' }];
    service = await startService({ policy: policySchema.parse({ owner: 'operations', scopes }) });
    await service.tell('prima', item('BAG-1'), customer());
    await service.tell('prima', ...['SO1', 'SO2', 'SO3', 'SO4'].map((no) => salesOrder(no)));
    last = await service.tell(
      'scend',
      synchronised('BAG-1'),
      ...['SO1', 'SO2', 'SO3', 'SO4'].map((no) => rejected(no)),
    );
  });
  afterAll(() => service.close());

  const list = (query: string) => service.get(`/v1/drifts?minPosition=${last}&${query}`);
  const one = async (subject: string): Promise<string> =>
    String((await list(`status=all&detector=order-rejected&subject=${subject}`)).at('items', 0, 'id'));

  describe('reading', () => {
    it('tells an open drift in its fixed shape', async () => {
      const answer = await list('detector=order-rejected&subject=order:SC-1');
      expect(answer.status).toBe(200);
      expect(answer.json.nextCursor).toBeNull();
      expect(answer.json.items).toEqual([
        {
          id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
          detector: 'order-rejected',
          cluster: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
          subject: { kind: 'order', id: 'SC-1' },
          discriminator: '',
          severity: 'high',
          owner: 'web shop',
          status: 'open',
          occurrence: 1,
          openedAt: hour(1),
          dueAt: hour(1),
          resolvedAt: null,
          resolvedBy: null,
          sides: expect.arrayContaining([
            { system: 'prima', value: expect.anything() as object, fact: expect.any(Number) as number },
          ]) as object,
          difference: expect.anything() as object,
          explained: [],
          amountAtRisk: { minor: 2380, currency: 'EUR' },
          unitsAtRisk: null,
          cause: { code: 'unknown-sku', about: 'BAG-1', detail: expect.any(String) as string },
          firstDivergence: {
            fact: expect.any(Number) as number,
            position: expect.any(Number) as number,
            occurredAt: hour(1),
          },
          fixes: [{ kind: 'resend', system: 'scend', text: expect.any(String) as string }],
          aliases: [],
        },
      ]);
    });

    it('pages by an opaque cursor without losing or repeating anything', async () => {
      const seen = (await service.pages(`/v1/drifts?minPosition=${last}&limit=1`)).map(({ id }) => id);
      const whole = (await list('')).json.items as { id: string }[];
      expect(seen).toEqual(whole.map(({ id }) => id));
      expect(seen).toHaveLength(4);
    });

    it.each([
      ['severity=low', 0],
      ['severity=high', 4],
      ['owner=web%20shop', 4],
      ['owner=operations', 0],
      ['source=scend', 4],
      ['source=plytix', 0],
      ['source=%22', 0],
      ['status=consequence', 0],
      ['detector=none', 0],
    ])('filters by %s', async (query, count) => {
      expect((await list(query)).json.items).toHaveLength(count);
    });

    it('tells one drift with its history and the facts that it refers to', async () => {
      const answer = await service.get(`/v1/drifts/${await one('order:SC-1')}`);
      expect(answer.json).toMatchObject({
        detector: 'order-rejected',
        acts: [],
        history: [{ type: 'opened', status: 'open', occurrence: 1 }],
        facts: [
          { source: 'prima', key: 'SalesOrder/SO1' },
          { source: 'scend', type: 'order.rejected' },
        ],
      });
    });

    it('finds a drift by a name that it had before', async () => {
      const id = await one('order:SC-1');
      const former = 'f'.repeat(32);
      await service.app
        .get(ReadModels)
        .of(DriftEntity)
        .update({ id }, { aliases: [former] });
      expect((await service.get(`/v1/drifts/${former}`)).json).toMatchObject({ id, aliases: [former] });
    });

    it.each(['0'.repeat(32), 'nothing', '%00', "'"])('answers 404 for %s', async (id) => {
      const answer = await service.get(`/v1/drifts/${id}`);
      expect([answer.status, answer.json.code]).toEqual([404, 'drift-unknown']);
    });
  });

  describe('acts', () => {
    it('records each with its actor, and shows it', async () => {
      const id = await one('order:SC-1');
      expect((await service.post(`/v1/drifts/${id}/acknowledge`)).status).toBe(200);
      await service.post(`/v1/drifts/${id}/assign`, { assignee: 'ada', comment: 'please' });
      const answer = await service.post(`/v1/drifts/${id}/comment`, { comment: 'on it' });
      expect(answer.json).toMatchObject({
        id,
        owner: 'ada',
        status: 'open',
        acts: [
          { type: 'acknowledged', actor: 'local:unverified', comment: null, assignee: null, occurrence: 1 },
          { type: 'assigned', assignee: 'ada', comment: 'please' },
          { type: 'commented', comment: 'on it' },
        ],
        history: [{ type: 'opened' }, { type: 'act' }, { type: 'act' }, { type: 'act' }],
      });
      const fact = await service.get(`/v1/ledger/facts/${String(answer.at('acts', 2, 'fact'))}`);
      expect(fact.json).toMatchObject({
        source: 'tallystick',
        type: 'drift.commented',
        actor: 'local:unverified',
      });
      expect(answer.headers['tallystick-position']).toBe(String(answer.at('acts', 2, 'fact')));
    });

    it('keeps the person whom it was given to, whatever becomes of it, until it is given to another', async () => {
      const id = await one('order:SC-1');
      await service.post(`/v1/drifts/${id}/assign`, { assignee: 'ada' });
      const again = await service.post(`/v1/drifts/${id}/assign`, { assignee: 'bob' });
      expect(again.json).toMatchObject({ owner: 'bob' });
      const mine = await service.get('/v1/drifts?status=all&owner=bob');
      expect(mine.json.items).toMatchObject([{ id }]);
    });

    it('accepts an open drift, with its reason, and no other', async () => {
      const id = await one('order:SC-2');
      const accepted = await service.post(`/v1/drifts/${id}/accept`, { comment: 'agreed with the buyer' });
      expect(accepted.json).toMatchObject({ status: 'accepted', acts: [{ type: 'accepted' }] });
      expect((await list('subject=order:SC-2')).json.items).toEqual([]);
      expect((await list('subject=order:SC-2&status=accepted')).json.items).toHaveLength(1);
      const again = await service.post(`/v1/drifts/${id}/accept`, { comment: 'again' });
      expect([again.status, again.json.code]).toEqual([409, 'drift-not-open']);
    });

    it('refuses to accept what is resolved', async () => {
      const id = await one('order:SC-3');
      last = await service.tell('scend', received('SO3', hour(2)));
      expect((await list('subject=order:SC-3&status=resolved')).json.items).toMatchObject([
        { id, resolvedBy: last },
      ]);
      const answer = await service.post(`/v1/drifts/${id}/accept`, { comment: 'late' });
      expect(answer.json).toMatchObject({ status: 409, code: 'drift-not-open' });
      const given = await service.post(`/v1/drifts/${id}/assign`, { assignee: 'eve' });
      expect(given.json).toMatchObject({ status: 'resolved', owner: 'eve' });
      const comment = await service.post(`/v1/drifts/${id}/comment`, { comment: 'it came' });
      expect(comment.json).toMatchObject({
        status: 'resolved',
        acts: [{ assignee: 'eve' }, { comment: 'it came' }],
      });
    });

    it('counts a repeated request once, and refuses its key for something else', async () => {
      const id = await one('order:SC-4');
      const url = `/v1/drifts/${id}/comment`;
      const headers = { 'idempotency-key': 'k-1' };
      const both = await Promise.all([1, 2].map(() => service.post(url, { comment: 'once' }, headers)));
      expect(both.map(({ status }) => status)).toEqual([200, 200]);
      const third = await service.post(url, { comment: 'once' }, headers);
      expect(third.json.acts).toHaveLength(1);
      const other = await service.post(url, { comment: 'twice' }, headers);
      expect([other.status, other.json.code]).toEqual([409, 'idempotency-key-reused']);
      const elsewhere = await service.post(`/v1/drifts/${id}/acknowledge`, undefined, headers);
      expect(elsewhere.json.code).toBe('idempotency-key-reused');
    });

    it('repeats an acceptance by its key although the drift is no longer open', async () => {
      const id = await one('order:SC-4');
      const accept = () =>
        service.post(`/v1/drifts/${id}/accept`, { comment: 'fine' }, { 'idempotency-key': 'k-2' });
      expect((await accept()).json.status).toBe('accepted');
      expect(await accept()).toMatchObject({ status: 200, json: { status: 'accepted' } });
    });

    it.each<[string, object | undefined, string]>([
      ['comment', undefined, ''],
      ['comment', {}, 'comment'],
      ['comment', { comment: '  ' }, 'comment'],
      ['comment', { comment: 'a\u0000b' }, 'comment'],
      ['comment', { comment: 'x'.repeat(10_001) }, 'comment'],
      ['comment', { comment: 'x', more: 1 }, ''],
      ['accept', { comment: '' }, 'comment'],
      ['assign', { comment: 'x' }, 'assignee'],
      ['assign', { assignee: '' }, 'assignee'],
      ['acknowledge', { comment: 7 }, 'comment'],
    ])('refuses %s with %j', async (act, body, place) => {
      const answer = await service.post(`/v1/drifts/${await one('order:SC-1')}/${act}`, body);
      expect(answer.status).toBe(400);
      expect(answer.json).toMatchObject({ code: 'request-invalid', errors: [{ path: place }] });
    });

    it('refuses an unknown drift, an unknown act and a bad idempotency key', async () => {
      const unknown = await service.post(`/v1/drifts/${'0'.repeat(32)}/comment`, { comment: 'x' });
      expect([unknown.status, unknown.json.code]).toEqual([404, 'drift-unknown']);
      const id = await one('order:SC-1');
      expect((await service.post(`/v1/drifts/${id}/explode`)).status).toBe(404);
      const key = await service.post(`/v1/drifts/${id}/acknowledge`, undefined, { 'idempotency-key': 'a b' });
      expect([key.status, key.json.code]).toEqual([400, 'idempotency-key-invalid']);
    });
  });
});

describe('an act while the projector stands still', () => {
  it('is recorded, and said not to be visible yet', async () => {
    const service = await startService();
    try {
      await service.tell('prima', item('BAG-1'), customer(), salesOrder('SO1'));
      const position = await service.tell('scend', synchronised('BAG-1'), rejected('SO1'));
      const { at } = await service.get(`/v1/drifts?minPosition=${position}`);
      await service.runner.stop();
      const answer = await service.post(`/v1/drifts/${String(at('items', 0, 'id'))}/comment`, {
        comment: 'x',
      });
      expect(answer.status).toBe(202);
      expect(answer.json).toMatchObject({ acts: [] });
      expect(answer.headers['tallystick-position']).toBe(String(position + 1));
    } finally {
      await service.close();
    }
  });
});
