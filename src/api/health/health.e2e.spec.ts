import { startService } from '../../../test/api/service';
import { salesOrder } from '../../../test/api/story';

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
