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

  it('are written after each N blocks and on close, to the file and to the log', async () => {
    const checkpoints = new Checkpoints(file, 3, logger);
    for (let number = 1; number <= 7; number += 1) checkpoints.sealed(block(number));
    await checkpoints.close();
    const lines = (await readFile(file, 'utf8')).split('\n').map((line) => JSON.parse(line) as unknown);
    expect(lines).toEqual([
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
    second.sealed(block(3));
    expect((await second.load()).map((checkpoint) => checkpoint.block)).toEqual([1, 3]);
    expect(warnings).toHaveLength(1);
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
