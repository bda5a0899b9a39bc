import { EventEmitter, once } from 'node:events';
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Checkpoints } from './checkpoint';
import type { SealedBlock } from './sealed-block';

function block(number: number): SealedBlock {
  return {
    number,
    firstPosition: number * 10 - 9,
    count: 10,
    recordedAt: Date.UTC(2026, 0, number),
    merkleRoot: Buffer.alloc(32),
    hash: Buffer.alloc(32, number),
  };
}

describe('checkpoints', () => {
  let folder: string;
  let file: string;
  const warnings: string[] = [];
  const logged: object[] = [];
  const logger = {
    info: (fields: object) => void logged.push(fields),
    warn: (_: object, message: string) => void warnings.push(message),
  };
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'checkpoints-'));
    file = path.join(folder, 'data', 'checkpoints.ndjson');
    warnings.length = 0;
    logged.length = 0;
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('are written of a new ledger at once, after each N blocks and on close, to the file and to the log', async () => {
    const checkpoints = new Checkpoints(file, 3, logger);
    for (let number = 1; number <= 7; number += 1) checkpoints.sealed(block(number));
    await checkpoints.close();
    const lines = (await readFile(file, 'utf8')).split('\n').map((line) => JSON.parse(line) as unknown);
    expect(lines).toEqual([
      { position: 10, block: 1, hash: '01'.repeat(32), at: '2026-01-01T00:00:00.000Z' },
      { position: 30, block: 3, hash: '03'.repeat(32), at: '2026-01-03T00:00:00.000Z' },
      { position: 60, block: 6, hash: '06'.repeat(32), at: '2026-01-06T00:00:00.000Z' },
      { position: 70, block: 7, hash: '07'.repeat(32), at: '2026-01-07T00:00:00.000Z' },
    ]);
    expect(logged).toEqual(lines.map((checkpoint) => ({ checkpoint })));
    expect(await new Checkpoints(file, 3, logger).load()).toEqual(lines);
  });

  it('are not written twice for one block', async () => {
    const checkpoints = new Checkpoints(file, 2, logger);
    checkpoints.sealed(block(2));
    await checkpoints.close();
    expect(await checkpoints.load()).toHaveLength(1);
  });

  it('go on after a line that a crash has cut off', async () => {
    const first = new Checkpoints(file, 1, logger);
    first.sealed(block(1));
    await first.close();
    await appendFile(file, '\n{"position":20,"bl');
    const second = new Checkpoints(file, 1, logger);
    expect((await second.load()).map((checkpoint) => checkpoint.block)).toEqual([1]);
    second.sealed(block(3));
    second.sealed(block(4));
    expect((await second.load()).map((checkpoint) => checkpoint.block)).toEqual([1, 3, 4]);
    expect(warnings).toEqual([
      'the last line of the checkpoint file was cut off; the whole lines count',
      'the last line of the checkpoint file was cut off, and is taken out',
    ]);
    expect((await readFile(file, 'utf8')).split('\n')).toHaveLength(3);
  });

  it('are written by time, while there are new blocks', async () => {
    const written = new EventEmitter();
    const telling = { ...logger, info: (fields: object) => void written.emit('checkpoint', fields) };
    const checkpoints = new Checkpoints(file, 1_000, telling, 1);
    for (const number of [1, 2]) {
      const next = once(written, 'checkpoint');
      checkpoints.sealed(block(number));
      expect(await next).toMatchObject([{ checkpoint: { block: number } }]);
    }
    await checkpoints.close();
    expect(await checkpoints.load()).toHaveLength(2);
  });

  it('vouch at the start for what is recorded already, once', async () => {
    const head = { position: 30, blocks: 3, recordedAt: block(3).recordedAt, hash: block(3).hash };
    for (const _ of [1, 2]) {
      const checkpoints = new Checkpoints(file, 1_000, logger);
      await checkpoints.begin(head);
      await checkpoints.close();
      expect(await checkpoints.load()).toMatchObject([{ position: 30, block: 3 }]);
    }
    expect(warnings).toEqual([expect.stringContaining('a new one begins')]);
    const empty = new Checkpoints(path.join(folder, 'none'), 1, logger);
    await empty.begin({ ...head, position: 0, blocks: 0 });
    await expect(empty.load()).rejects.toThrow(/there is no checkpoint file .*none/);
  });

  it('only go to the log without a file', async () => {
    const checkpoints = new Checkpoints(undefined, 1, logger);
    checkpoints.sealed(block(1));
    await checkpoints.close();
    expect(logged).toHaveLength(1);
    expect(await checkpoints.load()).toEqual([]);
  });

  it('that cannot be written are a warning, never a failed append', async () => {
    const checkpoints = new Checkpoints(folder, 1, logger);
    checkpoints.sealed(block(1));
    await checkpoints.close();
    expect(warnings).toEqual(['a checkpoint could not be written to its file']);
  });
});
