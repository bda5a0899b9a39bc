import { type Service, startService } from '../../../test/api/service';
import { customer, item, salesOrder } from '../../../test/api/story';

/** The value of one line; undefined where there is none. */
function figure(text: string, name: string): number | undefined {
  const line = text.split('\n').find((each) => each.startsWith(`tallystick_${name} `));
  return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ')));
}

describe('figures before any generation is live', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService({ projector: false });
  });
  afterAll(() => service.close());

  it('tell of the ledger, and that nothing is served yet', async () => {
    await service.tell('prima', item('BAG-1'));
    const { status, text } = await service.get('/metrics');
    expect(status).toBe(200);
    expect(figure(text, 'ledger_position')).toBeGreaterThan(0);
    expect(figure(text, 'live_generation')).toBe(0);
    expect(text).not.toContain('tallystick_projection_position{');
    expect((await service.get('/health/ready')).status).toBe(503);
  });
});

describe('figures', () => {
  let service: Service;
  const text = async () => (await service.get('/metrics')).text;
  beforeAll(async () => {
    service = await startService();
    const position = await service.tell('prima', item('BAG-1'), customer(), salesOrder('SO1'));
    await service.get(`/v1/status?minPosition=${position}`);
    await service.runner.stop();
  });
  afterAll(() => service.close());

  it('tell how far the ledger and the live generation are, and how long the next fact waits', async () => {
    expect(figure(await text(), 'projection_lag_seconds{projection="live"}')).toBe(0);
    const position = await service.tell('prima', item('BAG-2'));
    const said = await text();
    expect(figure(said, 'ledger_position')).toBe(position);
    expect(figure(said, 'ledger_blocks')).toBeGreaterThan(1);
    expect(
      Math.abs((figure(said, 'ledger_recorded_timestamp_seconds') ?? 0) - Date.now() / 1_000),
    ).toBeLessThan(60);
    expect(figure(said, 'projection_lag_facts{projection="live"}')).toBe(1);
    const waits = figure(said, 'projection_lag_seconds{projection="live"}') ?? 0;
    expect(waits).toBeGreaterThan(0);
    expect(waits).toBeLessThan(60);
    expect(figure(said, 'live_generation')).toBeGreaterThan(0);
    expect(figure(said, 'projector_leading')).toBe(0);
  });

  it("tell every feed's watermark", async () => {
    const said = await text();
    const { json } = await service.get('/v1/status');
    const feeds = json.feeds as { source: string; stream: string; watermark: string | null }[];
    expect(feeds.length).toBeGreaterThan(0);
    for (const { source, stream, watermark } of feeds) {
      const labels = `{source="${source}",stream="${stream}"}`;
      expect(figure(said, `feed_watermark_timestamp_seconds${labels}`)).toBe(
        watermark === null ? undefined : Date.parse(watermark) / 1_000,
      );
      expect(figure(said, `feed_current${labels}`)).toBeDefined();
    }
    expect(said).toContain('tallystick_feed_current{source="prima",stream="*"} 1');
  });

  it('tell how long alerts wait', async () => {
    expect(figure(await text(), 'outbox_oldest_due_seconds')).toBe(0);
    await service.database.pool.query(
      `INSERT INTO app.outbox (idempotency_key, kind, drift_id, body, position, next_attempt_at, created_at)
       VALUES ('a', 'drift.opened', 'd', '{}', 1, now() - interval '1 minute', now() - interval '1 hour'),
              ('b', 'drift.opened', 'd', '{}', 1, now() + interval '1 minute', now())`,
    );
    const said = await text();
    expect(Math.floor((figure(said, 'outbox_oldest_due_seconds') ?? 0) / 10)).toBe(6);
    expect(Math.floor((figure(said, 'outbox_oldest_pending_seconds') ?? 0) / 100)).toBe(36);
    expect(figure(said, 'outbox_alerts{status="pending"}')).toBe(2);
  });

  it('tell how far a generation is that is built, until it is there', async () => {
    const { rows } = await service.database.pool.query<{ id: number }>(
      `INSERT INTO app.generations (schema_name, fingerprint, settings, status, progress)
       VALUES ('', '', '{}', 'building', '{"phase": "folding", "position": 40, "head": 100}') RETURNING id`,
    );
    const id = rows[0]?.id;
    const labels = `{generation="${id}",purpose="draft",status="building"}`;
    const said = await text();
    expect(figure(said, `replay_position${labels}`)).toBe(40);
    expect(figure(said, `replay_head${labels}`)).toBe(100);
    await service.database.pool.query(`UPDATE app.generations SET status = 'dropped' WHERE id = $1`, [id]);
    expect(await text()).not.toContain('tallystick_replay_position{');
  });

  it('leave out the feeds of a live generation that this version cannot read', async () => {
    await service.database.pool.query('ALTER TABLE live.drifts DROP COLUMN owner');
    const { status, text: said } = await service.get('/metrics');
    expect(status).toBe(200);
    expect(said).toContain('tallystick_projection_position{');
    expect(said).not.toContain('tallystick_feed_current{');
  });
});
