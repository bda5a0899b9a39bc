import { startService } from '../../../test/api/service';
import { salesOrder } from '../../../test/api/story';
import { createLogger } from '../../platform/logging';

describe('readiness', () => {
  it('is not claimed for a live generation that an earlier release has made and this one cannot read', async () => {
    const service = await startService();
    try {
      const position = await service.tell('prima', salesOrder('SO1'));
      expect((await service.get(`/v1/drifts?minPosition=${position}`)).status).toBe(200);
      expect((await service.get('/health/ready')).status).toBe(200);
      await service.database.pool.query('ALTER TABLE live.drifts DROP COLUMN owner');
      for (const path of ['/health/ready', '/v1/drifts']) {
        const { status, json } = await service.get(path);
        expect([status, json.code]).toEqual([503, 'not-ready']);
      }
      expect((await service.get('/health/live')).status).toBe(200);
      // Facts are recorded all the same.
      expect(await service.tell('prima', salesOrder('SO2'))).toBeGreaterThan(position);
    } finally {
      await service.close();
    }
  });
});

describe('a projector that stands', () => {
  it('makes the service unready while facts wait, and only as long', async () => {
    const service = await startService({ standstillMs: 3_000 });
    try {
      const position = await service.tell('prima', salesOrder('SO1'));
      await service.get(`/v1/status?minPosition=${position}`);
      // What the database refuses for a reason of its own is no fact's fault.
      await service.database.pool.query(`
        CREATE FUNCTION live.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'put in on purpose'; END $$;
        CREATE TRIGGER refuse BEFORE UPDATE ON live.checkpoint FOR EACH ROW EXECUTE FUNCTION live.refuse()`);
      const next = await service.tell('prima', salesOrder('SO2'));
      const reason =
        /^The projector has folded nothing for \d+ s while facts wait\. It failed last with error\./;
      while ((await service.get('/health/ready')).status === 200);
      const { json } = await service.get('/health/ready');
      expect(json).toMatchObject({ code: 'not-ready', reasons: [{ name: 'projector' }] });
      expect(json.detail).toMatch(reason);
      expect((await service.get('/metrics')).text).toContain('tallystick_ready{part="projector"} 0');
      await service.database.pool.query('DROP TRIGGER refuse ON live.checkpoint');
      await service.get(`/v1/status?minPosition=${next}`);
      expect((await service.get('/v1/quarantine')).json.items).toEqual([]);
    } finally {
      await service.close();
    }
  });
});

describe('a part of the service that stands still', () => {
  it('makes it unready, by its reason and in a figure, until it goes on', async () => {
    const service = await startService();
    try {
      await service.get(`/v1/status?minPosition=${await service.tell('prima', salesOrder('SO1'))}`);
      let reason: string | null = 'It stands: start it again.';
      service.readiness.add('some-part', () => reason);
      const { status, json } = await service.get('/health/ready');
      expect([status, json.code, json.detail]).toEqual([503, 'not-ready', reason]);
      expect(json.reasons).toEqual([{ name: 'some-part', reason }]);
      expect((await service.get('/metrics')).text).toContain('tallystick_ready{part="some-part"} 0');
      reason = null;
      expect((await service.get('/health/ready')).status).toBe(200);
      expect((await service.get('/metrics')).text).toContain('tallystick_ready{part="some-part"} 1');
    } finally {
      await service.close();
    }
  });
});

describe('the log of requests', () => {
  it('names the trace of each, also where it failed', async () => {
    const lines: Record<string, unknown>[] = [];
    const log = createLogger('debug', { write: (line) => void lines.push(JSON.parse(line) as never) });
    const service = await startService({ projector: false, log });
    try {
      const trace = 'c'.repeat(32);
      const headers = { traceparent: `00-${trace}-${'d'.repeat(16)}-01` };
      const answer = await service.get('/health/live', headers);
      expect(answer.headers.traceparent).toMatch(new RegExp(`^00-${trace}-`));
      await service.database.pool.query('ALTER TABLE app.outbox ALTER created_at TYPE text');
      expect((await service.get('/metrics', headers)).status).toBe(500);
      const told = lines
        .filter((line) => line.trace === trace)
        .map(({ level, msg }) => `${level as string} ${msg as string}`);
      expect(told).toEqual(['debug request', 'error a request failed', 'debug request']);
    } finally {
      await service.close();
    }
  });
});
