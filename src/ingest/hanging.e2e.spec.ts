import { send } from '../../test/support/http';
import { startIngestApp } from '../../test/support/ingest-app';
import { FaultyProxy } from '../ledger/postgres/faulty-proxy.fixture';

it('answers who sends a webhook, or names a new source, while the database answers nothing', async () => {
  let proxy: FaultyProxy | undefined;
  const app = await startIngestApp({
    limits: { lookUpMs: 300 },
    secrets: { middleware: 'secret' },
    route: async (url) => (proxy = await FaultyProxy.to(url)).url,
  });
  try {
    proxy?.hang();
    for (const path of ['webhooks/middleware', 'sources/unheard-of/facts']) {
      const answer = await send(`${app.url}/v1/${path}`, {
        headers: { 'content-type': 'application/json' },
        body: '{}',
      });
      expect([answer.status, answer.body.code]).toEqual([503, 'timed-out']);
      expect(answer.headers['retry-after']).toBe('5');
    }
  } finally {
    await proxy?.close();
    await app.close();
  }
});
