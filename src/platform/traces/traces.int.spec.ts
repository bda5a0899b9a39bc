import { freshDatabase, type TestDatabase } from '../../../test/support/postgres';
import { createLogger } from '../logging';
import { TraceBook } from './trace-book';
import { tracesOf } from './traces-of';

const fresh = (...positions: number[]) => positions.map((position) => ({ position, duplicate: false }));

describe('traces of facts', () => {
  let database: TestDatabase;
  let book: TraceBook;
  let logged = '';
  const log = createLogger('warn', { write: (line) => void (logged += line) });
  beforeAll(async () => {
    database = await freshDatabase();
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    logged = '';
    await database.pool.query('TRUNCATE app.traces');
    book = new TraceBook(database.pool, log);
  });
  afterEach(() => book.stop());

  const rows = async () =>
    (
      await database.pool.query<{ run: string }>(
        `SELECT first_position || '-' || last_position || ' ' || traceparent AS run FROM app.traces ORDER BY 1`,
      )
    ).rows.map(({ run }) => run);

  it('are one row for what comes in one piece, and name no request for a repeat', async () => {
    book.note('one', fresh(1, 2, 3));
    book.note('one', [...fresh(4), { position: 2, duplicate: true }, ...fresh(5)]);
    book.note('two', fresh(6));
    book.note('one', fresh(7, 9));
    await book.flush();
    expect(await rows()).toEqual(['1-5 one', '6-6 two', '7-7 one', '9-9 one']);
    expect([...(await tracesOf(database.pool, [0, 1, 5, 6, 8, 9, 10]))]).toEqual([
      [1, 'one'],
      [5, 'one'],
      [6, 'two'],
      [9, 'one'],
    ]);
  });

  it('are asked for in vain where there are no positions', async () => {
    expect((await tracesOf(database.pool, [])).size).toBe(0);
  });

  it('wait while they cannot be written', async () => {
    await database.pool.query('ALTER TABLE app.traces RENAME TO traces_away');
    book.note('one', fresh(1));
    await book.flush();
    expect(logged).toContain('it is tried again');
    await database.pool.query('ALTER TABLE app.traces_away RENAME TO traces');
    await book.flush();
    expect(await rows()).toEqual(['1-1 one']);
  });

  it('are lost, and said to be, where more wait than memory is kept for', async () => {
    for (let position = 1; position <= 20_006; position += 2) book.note('one', fresh(position));
    await book.flush();
    expect((await rows()).length).toBe(10_000);
    expect(logged).toContain('"facts":3');
  });
});
