/**
 * What one source can send to stop, or slow, all others: over HTTP, to a running service, beside orders of other sources whose
 * drifts are known. After each nothing stands still, readiness is true, the canaries' drifts are right, and live is what a
 * replay builds.
 */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { everyLeaf } from '../fuzz/messages';
import { extremeInstants, languageWords, unwritable } from '../fuzz/nasty';
import { type Canaries, canaries, sing } from '../site/canaries';
import type { Answer } from '../site/door';
import { type Site, type Stranger, startSite, strangers } from '../site/site';
import { unsound } from '../site/sound';
import { type TestDatabase, freshDatabase } from '../support/postgres';
import {
  lineEnds,
  longNames,
  manyLines,
  manyMessages,
  numberOfZeros,
  oddJson,
  tellings,
  unreadableBodies,
} from './generated';

const FOLDER = path.join(__dirname, 'messages');
const MESSAGES_A_REQUEST = 500;
const MIB = 1024 * 1024;

let database: TestDatabase;
let site: Site;
const flock: Canaries[] = [];

beforeAll(async () => {
  database = await freshDatabase();
  site = await startSite({ databaseUrl: database.url });
});
afterAll(async () => {
  await site.stop();
  await database.drop();
});

async function sang(): Promise<void> {
  const some = canaries(flock.length + 1);
  flock.push(some);
  await sing(site.door, some);
}

/** Canaries before, canaries after, and all is well. */
async function survived(send: () => Promise<void>): Promise<void> {
  await sang();
  await send();
  await sang();
  expect(await unsound(site, flock)).toEqual([]);
}

/** Answers what was not recorded. */
async function delivered(source: Stranger, messages: readonly string[]): Promise<Answer[]> {
  const refused: Answer[] = [];
  for (let from = 0; from < messages.length; from += MESSAGES_A_REQUEST) {
    const answer = await site.door.deliver(source, messages.slice(from, from + MESSAGES_A_REQUEST));
    if (answer.status !== 202) refused.push(answer);
  }
  return refused;
}

describe('hostile messages', () => {
  it.each(readdirSync(FOLDER))('%s', async (file) => {
    const source = file.split('.')[1] as Stranger;
    const messages = readFileSync(path.join(FOLDER, file), 'utf8').trim().split('\n');
    await survived(async () => {
      expect(await delivered(source, messages)).toEqual([]);
    });
  });

  it.each([
    ['words of the language', everyLeaf(languageWords)],
    [
      'instants at the ends of time',
      everyLeaf(extremeInstants, /(at|asOf|as_of|at|From|Until|date|time|modified|creation|period)$/i),
    ],
    ['halves of characters, control characters and marks', everyLeaf(unwritable)],
  ])('%s in every place', async (_name, messages) => {
    await survived(async () => {
      for (const source of strangers) {
        const own = messages.filter((message) => message.source === source).map(({ text }) => text);
        expect(await delivered(source, own)).toEqual([]);
      }
    });
  });

  it('names of any length, and what JSON allows and few expect', async () => {
    await survived(async () => {
      expect(await delivered('scend', [...longNames, ...oddJson])).toEqual([]);
    });
  });

  it('100,000 lines, of one article and each of its own', async () => {
    await survived(async () => {
      expect(await delivered('scend', [manyLines(100_000, 1), manyLines(100_000, 100_000)])).toEqual([]);
    });
  });

  it('a number of a million zeros', async () => {
    await survived(async () => {
      await delivered('scend', [numberOfZeros(1_500_000)]);
    });
  });

  it('one version told 1,500 times, each time otherwise', async () => {
    await survived(async () => {
      expect(await delivered('prima', tellings(1_500))).toEqual([]);
    });
  });
});

describe('hostile requests', () => {
  it.each([
    ['two million messages in 6 kB', manyMessages(2_000_000)],
    ['a gibibyte of line ends in a megabyte', lineEnds(1024 * MIB)],
  ])('%s are refused', async (_name, body) => {
    await survived(async () => {
      const headers = { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' };
      const { status, text } = await site.door.call({
        method: 'POST',
        path: '/v1/sources/scend/facts',
        headers,
        body,
      });
      expect([status, text]).toEqual([413, expect.stringContaining('"code"')]);
    });
  });

  it('bodies that are no message are refused, each with its place', async () => {
    await survived(async () => {
      for (const body of unreadableBodies) {
        for (const type of ['application/json', 'application/x-ndjson']) {
          const headers = { 'content-type': type };
          const { status } = await site.door.call({
            method: 'POST',
            path: '/v1/sources/scend/facts',
            headers,
            body,
          });
          expect([400, 202]).toContain(status);
        }
      }
    });
  });

  it.each([
    String.raw`/^(a+){000000000001,}$/`,
    String.raw`/^(?:(?:a|a))*$/`,
    String.raw`/^(?:a|a|b)+$/`,
    String.raw`/^(a|a)*?$/`,
    String.raw`/(?:(?:a|a){9}){9}$/`,
  ])('the pattern %s is refused, or read in time that grows with the text', async (pattern) => {
    await survived(async () => {
      const mapping = {
        plays: 'prima',
        type: "'x'",
        key: `$match(name, ${pattern}) ? name : name`,
        time: 'at',
        types: {},
      };
      const body = JSON.stringify({
        kind: 'custom',
        timeZone: 'UTC',
        legalEntity: 'ACME',
        startsAt: null,
        mapping,
      });
      const headers = { 'content-type': 'application/json' };
      const name = `pattern-${Buffer.from(pattern).toString('hex').slice(0, 40)}`;
      const { status } = await site.door.call({ method: 'PUT', path: `/v1/sources/${name}`, headers, body });
      if (status === 400) return;
      expect(status).toBe(200);
      const text = JSON.stringify({ name: `${'a'.repeat(5_000)}!`, at: '2026-11-22T10:00:00Z' });
      expect((await site.door.deliver(name, [text])).status).toBe(202);
    });
  });
});
