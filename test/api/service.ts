/** A whole service in one process for tests: database, ledger, projector and HTTP application, without a socket. */
import { hash } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, LightMyRequestResponse as Response } from 'fastify';
import { type AppParts, createApp } from '../../src/api/server';
import { defaultPolicy, type Policy } from '../../src/domain/policy';
import { readJson } from '../../src/domain/sources/json';
import { kindFor } from '../../src/domain/sources/registry';
import type { Ledger, Proposal } from '../../src/ledger/port';
import { createPostgresLedger } from '../../src/ledger/postgres';
import { type Config, loadConfig } from '../../src/platform/config';
import { kafkaLag } from '../../src/platform/kafka/lag';
import { type Log, createLogger } from '../../src/platform/logging';
import { type PoolOptions, createPool } from '../../src/platform/pools';
import { Readiness } from '../../src/platform/readiness';
import { type Generation, ensureLive } from '../../src/projections/generations';
import { LiveRunner, type LiveParts } from '../../src/projections/live';
import { CurrentSettings, type ProjectionSource } from '../../src/projections/settings';
import { type ReplayParts, Replays } from '../../src/projections/replays';
import { SourceBook } from '../../src/projections/sources';
import { freshDatabase, type TestDatabase } from '../support/postgres';

export interface Service {
  app: NestFastifyApplication;
  fastify: FastifyInstance;
  database: TestDatabase;
  ledger: Ledger;
  sources: SourceBook;
  runner: LiveRunner;
  readiness: Readiness;
  /** Records native messages of a source as one block; answers the last position. */
  tell(source: string, ...messages: object[]): Promise<number>;
  /** Records bytes that need not be a message. */
  tellRaw(source: string, payload: string | Buffer): Promise<number>;
  get(url: string, headers?: Record<string, string>): Promise<Answer>;
  /** All items of a list, page by page; `url` has a query already. */
  pages(url: string): Promise<Record<string, unknown>[]>;
  post(url: string, body?: object, headers?: Record<string, string>): Promise<Answer>;
  put(url: string, body: object, headers?: Record<string, string>): Promise<Answer>;
  close(): Promise<void>;
}

export interface Answer {
  status: number;
  headers: Record<string, string | number | string[] | undefined>;
  text: string;
  /** The body as JSON. */
  json: Record<string, unknown>;
  /** What the body has at a path. */
  at(...path: (string | number)[]): unknown;
}

export const source = (
  name: string,
  kind: string,
  over: Partial<ProjectionSource> = {},
): ProjectionSource => ({
  name,
  kind,
  timeZone: 'UTC',
  legalEntity: 'ACME',
  startsAt: null,
  expectedIntervalSeconds: null,
  ...over,
});

export interface ServiceOptions {
  policy?: Policy;
  /** False: nothing is folded, and no live generation is made. */
  projector?: boolean;
  onEvents?: LiveParts['onEvents'];
  standstillMs?: number;
  onPromoted?: ReplayParts['onPromoted'];
  config?: Partial<Config>;
  log?: Log;
  sources?: ProjectionSource[];
  /** Where the application finds the database; the projector always goes there directly. */
  route?: (url: string) => Promise<string>;
  /** How long the application waits for it there. */
  poolLimits?: Omit<PoolOptions, 'url' | 'name'>;
  /** Longest time until an answer. */
  answerMs?: number;
  /** Of other faces, such as ingest. */
  modules?: AppParts['modules'];
}

export async function startService(options: ServiceOptions = {}): Promise<Service> {
  const database = await freshDatabase();
  const log = options.log ?? createLogger('silent');
  const routed = options.route
    ? createPool({ url: await options.route(database.url), name: 'api', ...options.poolLimits })
    : null;
  const pool = routed ?? database.pool;
  const ledger = await createPostgresLedger({ pool, logger: log });
  const sources = new SourceBook(pool, ledger);
  const settings = new CurrentSettings(options.policy ?? defaultPolicy, sources);
  const { onEvents, onPromoted, standstillMs } = options;
  const adopt = ({ made }: Generation) => settings.adopt(made);
  const runner = new LiveRunner({
    pool: database.pool,
    ledger,
    settings,
    sources,
    log,
    adopt,
    onEvents,
    standstillMs,
  });
  const config = { ...loadConfig({ PORT: '0' }, '/nonexistent'), ...options.config };
  const replays = new Replays({ pool: database.pool, ledger, settings, log, onPromoted });
  const lag = kafkaLag(config, log);
  const readiness = new Readiness();
  readiness.add('projector', () => runner.stands());
  const parts = { config, pool, ledger, sources, replays, logger: log, kafkaLag: lag, readiness };
  const app = await createApp({ ...parts, modules: options.modules, answerMs: options.answerMs });
  await app.init();
  const fastify = app.getHttpAdapter().getInstance();
  await fastify.ready();
  if (options.projector !== false) {
    await ensureLive(pool, settings);
    runner.start();
  }
  for (const each of options.sources ?? [source('prima', 'prima'), source('scend', 'scend')])
    await sources.configure(each, 'test');

  const request = async (
    method: 'GET' | 'POST' | 'PUT',
    url: string,
    headers: Record<string, string>,
    payload?: object,
  ): Promise<Answer> => {
    return answerOf(await fastify.inject({ method, url, headers, payload }));
  };
  const pages = async (url: string): Promise<Record<string, unknown>[]> => {
    const items: Record<string, unknown>[] = [];
    for (let cursor = ''; ;) {
      const { json } = await request('GET', `${url}${cursor}`, {});
      items.push(...(json.items as Record<string, unknown>[]));
      if (json.nextCursor === null) return items;
      cursor = `&cursor=${json.nextCursor as string}`;
    }
  };
  const append = async (proposals: Proposal[]) => (await ledger.append(proposals)).at(-1)?.position ?? 0;
  return {
    app,
    fastify,
    database,
    ledger,
    sources,
    runner,
    readiness,
    tell: (name, ...messages) =>
      append(messages.map((message) => proposal(sources, name, JSON.stringify(message)))),
    tellRaw: (name, payload) => append([rawProposal(name, payload)]),
    pages,
    get: (url, headers = {}) => request('GET', url, headers),
    post: (url, body, headers = {}) => request('POST', url, headers, body),
    put: (url, body, headers = {}) => request('PUT', url, headers, body),
    async close() {
      await lag?.close();
      await app.close();
      await replays.stop();
      await runner.stop();
      await ledger.close();
      await routed?.end();
      await database.drop();
    },
  };
}

function answerOf({ statusCode, headers, payload }: Response): Answer {
  const body = () => JSON.parse(payload) as Record<string, unknown>;
  return {
    status: statusCode,
    headers,
    text: payload,
    get json() {
      return body();
    },
    at: (...path) =>
      path.reduce<unknown>((value, step) => (value as Record<string | number, unknown>)[step], body()),
  };
}

function proposal(book: SourceBook, name: string, text: string): Proposal {
  const settings = book.get(name);
  const kind = settings && kindFor(settings);
  if (!settings || !kind) throw new Error(`no source ${name}`);
  return { ...rawProposal(name, text), ...kind.envelope(readJson(text), settings) };
}

function rawProposal(name: string, payload: string | Buffer): Proposal {
  const content = typeof payload === 'string' ? payload : payload.toString('hex');
  const identity = hash('sha256', JSON.stringify([name, content]), 'buffer');
  return { source: name, type: null, key: null, occurredAt: null, payload, identity, actor: 'test' };
}
