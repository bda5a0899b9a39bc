import { type Service, startService } from '../../test/api/service';
import { salesOrder } from '../../test/api/story';
import { type DatabaseClock, databaseClock } from '../../test/support/database-clock';

describe("the database's clock", () => {
  let clock: DatabaseClock;
  let service: Service;
  beforeAll(async () => {
    service = await startService({
      route: async (url) => {
        clock = await databaseClock(url);
        return url;
      },
    });
    await service.get(`/v1/status?minPosition=${await service.tell('prima', salesOrder('SO1'))}`);
    // The projector, which waits for time, would record by the stepped clock as well.
    await service.runner.stop();
  });
  afterAll(async () => {
    await clock.close();
    await service.close();
  });
  beforeEach(() => clock.step(0));
  const figure = async (name: string) => {
    const { text } = await service.get('/metrics');
    return Number(new RegExp(`^tallystick_${name} (.*)$`, 'm').exec(text)?.[1]);
  };
  const days = (seconds: number) => Math.round(seconds / 86_400);

  it('that is ahead makes the service not ready, with the reason, and is a figure', async () => {
    expect((await service.get('/health/ready')).status).toBe(200);
    await clock.step(10 * 86_400);
    const { status, json, text } = await service.get('/health/ready');
    expect([status, json.code]).toEqual([503, 'not-ready']);
    expect(text).toMatch(/ledger-clock.*the database's clock is 864\d{3} s ahead of this process's/);
    expect(await figure('ready{part="ledger-clock"}')).toBe(0);
    expect(days(await figure('database_clock_offset_seconds'))).toBe(10);
    await expect(service.tell('prima', salesOrder('SO2'))).rejects.toMatchObject({
      code: 'ledger-clock-ahead',
    });
  });

  it('that was set back is told, and facts are recorded all the same', async () => {
    await clock.step(-10 * 86_400);
    expect(await service.tell('prima', salesOrder('SO3'))).toBeGreaterThan(1);
    expect((await service.get('/health/ready')).status).toBe(200);
    expect(days(await figure('ledger_clock_offset_seconds'))).toBe(10);
  });
});
