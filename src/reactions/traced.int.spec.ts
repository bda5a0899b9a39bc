import { freshDatabase, type TestDatabase } from '../../test/support/postgres';
import { cloudEvent } from './cloud-event';
import type { Alert } from './claim';
import { PROMOTED } from './promotion-alert';
import { slackMessage } from './slack/message';
import { traced } from './traced';

const at = (digit: string) => `00-${digit.repeat(32)}-${digit.repeat(16)}-01`;

describe('the trace of an alert', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await freshDatabase();
    await database.pool.query(`INSERT INTO app.traces VALUES (1, 4, $1), (5, 5, $2)`, [at('a'), at('b')]);
  });
  afterAll(() => database.drop());

  const body = {
    subject: { kind: 'order', id: 'SC-1' },
    discriminator: '',
    detector: 'd',
    severity: 'high',
    amountAtRisk: null,
    unitsAtRisk: null,
    openedAt: 0,
    resolvedAt: null,
    cause: { code: 'x', detail: '' },
  };
  const alert = (kind: string, position: number, fact: number | null) =>
    ({
      id: 1,
      kind,
      attempts: 1,
      position,
      createdAt: new Date(0),
      body: { ...body, firstDivergence: fact === null ? null : { fact, at: 0 } },
    }) as unknown as Alert & { position: number; createdAt: Date };

  it.each([
    ['where the sides parted', alert('drift.opened', 5, 3), at('a')],
    ['what opened it, where they parted nowhere', alert('drift.opened', 5, null), at('b')],
    ['what resolved it', alert('drift.resolved', 5, 3), at('b')],
    ['nothing, where it came by no request', alert('drift.opened', 7, 6), undefined],
    ['nothing, of what sums up many', alert(PROMOTED, 5, null), undefined],
  ])('is that of %s', async (_, given, expected) => {
    expect((await traced(database.pool, [given]))[0]?.trace).toBe(expected);
  });

  it('goes out with it', async () => {
    const [found] = await traced(database.pool, [alert('drift.opened', 5, 3)]);
    if (!found) throw new Error('it is gone');
    expect(cloudEvent(found, 'test').traceparent).toBe(at('a'));
    expect(slackMessage({ alerts: [found], surge: null }, '').text).toMatch(/ · alert 1 · trace a{32}$/);
    const { trace: _, ...untraced } = found;
    expect(cloudEvent(untraced, 'test')).not.toHaveProperty('traceparent');
    expect(slackMessage({ alerts: [untraced], surge: null }, '').text).toMatch(/ · alert 1$/);
  });
});
