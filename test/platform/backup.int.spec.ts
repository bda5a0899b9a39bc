/** The two ways of docs/runbook.md: a copy of the folder of a database that is stopped, and one of a database that goes on. */
import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Ledger } from '../../src/ledger/port';
import { createPostgresLedger } from '../../src/ledger/postgres';
import { layout } from '../../src/platform/database/cluster';
import { ensureServer, serverUrl } from '../../src/platform/database/server';
import { stopServer } from '../../src/platform/database/stop-server';
import { createLogger } from '../../src/platform/logging';
import { migrate } from '../../src/platform/migrations/migrate';
import { createPool } from '../../src/platform/pools';
import { ownFact } from '../../src/projections/sources';

const log = createLogger('error');
const facts = (count: number) =>
  Array.from({ length: count }, (_, i) => ownFact('test', String(i), 0, '{}', 'test'));

/** What vanishes while it is copied is not missed: the log of the database makes it again. */
function copy(from: string, to: string): void {
  const { stderr } = spawnSync('cp', ['-a', from, to], { encoding: 'utf8' });
  const complaints = stderr.split('\n').filter((line) => line !== '' && !line.includes('No such file'));
  if (complaints.length > 0) throw new Error(complaints.join('\n'));
}

describe('a backup', () => {
  let folder: string;
  const at = (name: string) => path.join(folder, name);
  const checkpoints = (name: string) => path.join(at(name), 'checkpoints.ndjson');
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tallystick-backup-'));
    // Passable, so that a run as root can start the server as an ordinary user.
    await chmod(folder, 0o711);
    const { ledger, close } = await open('live');
    await ledger.append(facts(3));
    await close();
    // Made while nothing runs.
    copy(at('live'), at('cold'));
  });
  afterAll(async () => {
    for (const name of ['live', 'cold', 'hot']) await stopServer(at(name), 'immediate');
    await rm(folder, { recursive: true, force: true });
  });

  /** The database of one folder, with its checkpoints beside it as in a data folder. */
  async function open(name: string) {
    const url = serverUrl(await ensureServer({ dataDir: at(name), log }), 'postgres');
    await migrate(url);
    const pool = createPool({ url, name: 'backup' });
    const options = { checkpointFile: checkpoints(name), checkpointBlocks: 1, logger: log };
    const ledger = await createPostgresLedger({ pool, ...options });
    const close = async () => {
      await ledger.close();
      await pool.end();
      await stopServer(at(name), 'fast');
    };
    return { pool, ledger, close };
  }

  /** Until told to stop; answers how many were durable. */
  async function keepAppending(ledger: Ledger, signal: AbortSignal): Promise<number> {
    let count = 3;
    for (; !signal.aborted; count++) await ledger.append([ownFact('test', String(count), 0, '{}', 'test')]);
    return count;
  }

  it('of a database that goes on holds by the chain and by every checkpoint of before its end', async () => {
    const live = await open('live');
    const stop = new AbortController();
    const appending = keepAppending(live.ledger, stop.signal);
    // What pg_basebackup does: the files while they are written to, then what was written meanwhile.
    const client = await live.pool.connect();
    await client.query(`SELECT pg_backup_start('test', true)`);
    copy(at('live'), at('hot'));
    const { position } = await live.ledger.head();
    const { rows } = await client.query<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop(false)');
    client.release();
    copy(checkpoints('live'), checkpoints('hot'));
    const { cluster, pidFile } = layout(at('hot'));
    copy(`${layout(at('live')).cluster}/pg_wal/.`, path.join(cluster, 'pg_wal'));
    stop.abort();
    expect(await appending).toBeGreaterThan(position);
    await live.close();

    // A file of its owner, who may be another than ours.
    copy(path.join(cluster, 'PG_VERSION'), path.join(cluster, 'backup_label'));
    await writeFile(path.join(cluster, 'backup_label'), rows[0]?.labelfile ?? '');
    await rm(pidFile, { force: true });
    const hot = await open('hot');
    const head = await hot.ledger.head();
    expect(head.position).toBeGreaterThanOrEqual(position);
    const verified = await hot.ledger.verify();
    expect(verified).toMatchObject({ ok: true, position: head.position });
    expect(verified.ok && verified.checkpoints).toBeGreaterThan(1);
    await hot.close();
  });

  it('of a stopped one is what it was; later checkpoints say what it lacks, and that is sent again', async () => {
    const cold = await open('cold');
    expect(await cold.ledger.verify()).toMatchObject({ ok: true, position: 3 });
    const later = await createPostgresLedger({
      pool: cold.pool,
      checkpointFile: checkpoints('live'),
      logger: log,
    });
    expect(await later.verify()).toMatchObject({ ok: false, position: 4 });
    await later.close();
    const receipts = await cold.ledger.append(facts(5));
    expect(receipts.map(({ duplicate }) => duplicate)).toEqual([true, true, true, false, false]);
    expect(await cold.ledger.verify()).toMatchObject({ ok: true, position: 5 });
    await cold.close();
  });
});
