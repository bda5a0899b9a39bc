import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { sourceKinds } from '../../src/domain/sources/registry';
import { readJson } from '../../src/domain/sources/json';
import { IngestService } from '../../src/ingest/ingest.service';
import { MemoryBudget } from '../../src/platform/http/memory-budget';
import { defaultIngestLimits } from '../../src/ingest/limits';
import { proposer } from '../../src/ingest/proposals';
import type { Recorded } from '../../src/ingest/recorder';
import { loadConfig } from '../../src/platform/config';
import { ApiError } from '../../src/platform/http/errors';
import { garbage, unreadableBodies } from './support/garbage';
import { type House, inHouse } from './support/house';
import { HOUR, WORLD_OVER, messagesOf, sourcesOf, worlds } from './support/worlds';

type Form = 'json' | 'ndjson';
const requests = fc.array(
  fc.record({
    form: fc.constantFrom<Form>('json', 'ndjson'),
    chunk: fc.integer({ min: 1, max: 700 }),
    size: fc.integer({ min: 1, max: 60 }),
    rubbish: fc.array(garbage('scend'), { maxLength: 6 }),
    /** With one of these in it nothing can be read. */
    broken: fc.option(unreadableBodies, { freq: 3 }),
  }),
  { minLength: 4, maxLength: 10 },
);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'law-01-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('law 1: nothing is lost', () => {
  it('what is acknowledged is in the ledger byte for byte; of what is refused nothing is', async () => {
    await fc.assert(
      fc.asyncProperty(worlds(), requests, (world, bodies) =>
        inHouse(async (house) => {
          await house.clock.set(WORLD_OVER);
          await house.configure(sourcesOf(world));
          const service = ingest(house);
          const trading = messagesOf(world).filter(({ source }) => source === 'scend');
          const acknowledged = new Set<string>();
          for (const { form, chunk, size, rubbish, broken } of bodies) {
            const texts = [...trading.splice(0, size), ...rubbish].map(({ body }) => body);
            const before = await recorded(house);
            const answer = await send(service, join(form, texts, broken), form, chunk);
            if (broken !== null) expect(answer).toBeNull();
            if (answer === null) {
              expect(await recorded(house)).toEqual(before);
              continue;
            }
            for (const text of texts) acknowledged.add(text);
            expect(answer.recorded + answer.duplicates).toBe(texts.length);
            expect(await recorded(house)).toHaveLength(before.length + answer.recorded);
          }
          expect(new Set(await recorded(house))).toEqual(acknowledged);
          await everyFactCounts(house);
        }),
      ),
      { numRuns: 8, endOnFailure: true },
    );
  });

  it('bytes that nothing can be read from are kept as they came, and are visible', async () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 200 }).map((each) => Buffer.from(each));
    await fc.assert(
      fc.asyncProperty(worlds(), fc.array(bytes, { minLength: 1, maxLength: 30 }), (world, contents) =>
        inHouse(async (house) => {
          await house.clock.set(WORLD_OVER);
          await house.configure(sourcesOf(world));
          const settings = house.sources.get('prima')!;
          const propose = proposer(settings, sourceKinds.get('prima')!, 'test');
          const receipts = await house.ledger.append(contents.map((content) => propose.unreadable(content)));
          const facts = await house.ledger.at(receipts.map(({ position }) => position));
          const kept = new Map(facts.map((fact) => [fact.position, Buffer.from(fact.payload)]));
          for (const [index, { position }] of receipts.entries())
            expect(kept.get(position)).toEqual(contents[index]);
          await everyFactCounts(house);
        }),
      ),
      { numRuns: 5, endOnFailure: true },
    );
  });
});

function ingest({ ledger, sources }: House): IngestService {
  const config = loadConfig({ TALLYSTICK_DATA_DIR: folder }, folder);
  // Small enough that some bodies wait on disk and are read twice.
  const limits = {
    ...defaultIngestLimits,
    memoryBytes: 4_000,
    blockFacts: 25,
  };
  return new IngestService(ledger, sources, config, limits, new MemoryBudget());
}

/** Null: refused. */
async function send(
  service: IngestService,
  body: Buffer,
  form: Form,
  chunk: number,
): Promise<Recorded | null> {
  const contentType = form === 'json' ? 'application/json' : 'application/x-ndjson';
  try {
    return await service.ingest({
      source: 'scend',
      contentType,
      contentLength: null,
      body: chunks(body, chunk),
      actor: 'test',
    });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    expect(error.status).toBeLessThan(500);
    return null;
  }
}

async function* chunks(body: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < body.length; at += size) yield body.subarray(at, at + size);
}

function join(form: Form, texts: readonly string[], broken: string | Buffer | null): Buffer {
  const parts: (string | Buffer)[] = broken === null ? [...texts] : [...texts, broken];
  const between = Buffer.from(form === 'json' ? ' ,\n' : '\n');
  const joined = Buffer.concat(
    parts.flatMap((part, index) => (index === 0 ? [Buffer.from(part)] : [between, Buffer.from(part)])),
  );
  return form === 'json' ? Buffer.concat([Buffer.from('['), joined, Buffer.from(']')]) : joined;
}

async function recorded({ pool }: House): Promise<string[]> {
  const { rows } = await pool.query<{ bytes: Buffer }>(
    `SELECT coalesce(payload_raw, convert_to(payload, 'UTF8')) AS bytes FROM ledger.facts
      WHERE source <> 'tallystick' ORDER BY position`,
  );
  return rows.map(({ bytes }) => bytes.toString());
}

/** Every fact is understood, or is a quarantined message with an open drift. */
async function everyFactCounts(house: House): Promise<void> {
  await house.tick(WORLD_OVER);
  await house.fold();
  const { rows } = await house.pool.query<{ position: number; visible: boolean }>(
    `SELECT f.position, EXISTS (
       SELECT FROM live.cases c JOIN live.drifts d ON d.case_key = c.key
        WHERE c.key = 'message:' || f.position AND d.status = 'open' AND d.detector IN ('message-invalid', 'message-unmapped')
          AND d.subject = 'fact:' || f.position) AS visible
     FROM ledger.facts f WHERE f.source <> 'tallystick'`,
  );
  const facts = await house.ledger.at(rows.map(({ position }) => position));
  const byPosition = new Map(facts.map((fact) => [fact.position, fact]));
  for (const { position, visible } of rows) {
    const { payload, source } = byPosition.get(position)!;
    expect({ position, visible }).toEqual({ position, visible: !isUnderstood(house, source, payload) });
  }
}

function isUnderstood(house: House, source: string, payload: string | Buffer): boolean {
  if (typeof payload !== 'string') return false;
  const settings = house.sources.get(source)!;
  try {
    const translation = sourceKinds.get(settings.kind)!.translate(readJson(payload), settings);
    return (
      translation.ok && translation.facts.every(({ occurredAt }) => occurredAt <= WORLD_OVER + 24 * HOUR)
    );
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
