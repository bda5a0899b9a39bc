import { freshDatabase, type TestDatabase } from '../../../test/support/postgres';
import { DatabaseIsNewer, migrate } from './migrate';

describe('migrate', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await freshDatabase();
  });
  afterAll(() => database.drop());

  it('finds nothing to do on a migrated database', async () => {
    expect(await migrate(database.url)).toEqual([]);
  });

  it('refuses a database that a newer version has migrated', async () => {
    await expect(migrate(database.url, [])).rejects.toThrow(DatabaseIsNewer);
  });
});
