/** The real ledger, the real live runner and the real rebuild on a database of their own, driven step by step. */
import type { Pool } from 'pg';
import { noMappings } from '../../../src/domain/mapping/mappings';
import { defaultPolicy } from '../../../src/domain/policy';
import { kindFor } from '../../../src/domain/sources/registry';
import { readJson } from '../../../src/domain/sources/json';
import { writeTick } from '../../../src/domain/sources/tallystick/messages';
import { proposer } from '../../../src/ingest/proposals';
import { createPostgresLedger } from '../../../src/ledger/postgres';
import type { Ledger, Proposal, Receipt } from '../../../src/ledger/port';
import { createLogger } from '../../../src/platform/logging';
import { type LiveParts, LiveRunner } from '../../../src/projections/live';
import { type RebuildOptions, rebuild } from '../../../src/projections/rebuild';
import type { ProjectionSettings, ProjectionSource } from '../../../src/projections/settings';
import { SourceBook, ownFact } from '../../../src/projections/sources';
import { freshDatabase } from '../../support/postgres';
import { type TestClock, takeClock } from './clock';

/** A message as a system sends it: its source and its exact text. */
export interface Message {
  source: string;
  body: string;
}

export interface Houses {
  checkpointFile?: string;
  policy?: ProjectionSettings['policy'];
  mapping?: ProjectionSettings['mapping'];
}

export class House {
  readonly settings: ProjectionSettings;

  private constructor(
    private readonly database: { url: string; pool: Pool; drop(): Promise<void> },
    readonly ledger: Ledger,
    readonly sources: SourceBook,
    readonly clock: TestClock,
    private readonly complaints: string[],
    { policy = defaultPolicy, mapping = noMappings }: Houses,
  ) {
    const source = (name: string) => sources.get(name);
    this.settings = { policy, mapping, source, sources: () => sources.all() };
  }

  static async open(options: Houses = {}): Promise<House> {
    const database = await freshDatabase();
    const { pool } = database;
    const complaints: string[] = [];
    const logger = createLogger('error', { write: (line) => void complaints.push(line) });
    const clock = await takeClock(pool);
    const ledger = await createPostgresLedger({
      pool,
      checkpointFile: options.checkpointFile,
      checkpointBlocks: 3,
      logger,
    });
    const sources = new SourceBook(pool, ledger);
    await sources.reload();
    return new House(database, ledger, sources, clock, complaints, options);
  }

  get url(): string {
    return this.database.url;
  }

  get pool(): Pool {
    return this.database.pool;
  }

  async configure(sources: readonly ProjectionSource[]): Promise<void> {
    for (const source of sources) {
      const answer = await this.sources.configure(source, 'test');
      if (!answer.ok) throw new Error(answer.detail);
    }
  }

  /** As ingest makes it. */
  proposal({ source, body }: Message): Proposal {
    const settings = this.sources.get(source);
    const kind = settings && kindFor(settings);
    if (!kind) throw new Error(`${source} is not configured`);
    return proposer(settings, kind, 'test').message(body, readJson(body) as object);
  }

  async append(messages: readonly Message[]): Promise<Receipt[]> {
    return this.ledger.append(messages.map((message) => this.proposal(message)));
  }

  /** Says that time has come to `at`, as the leader does when nothing else happens. */
  async tick(at: number): Promise<number> {
    await this.clock.set(at);
    const { position } = await this.ledger.head();
    const id = `${at}/${position}`;
    const [receipt] = await this.ledger.append([
      ownFact('tick', id, at, writeTick({ id, at }), 'tallystick'),
    ]);
    return receipt?.position ?? 0;
  }

  runner(parts: Partial<LiveParts> = {}): LiveRunner {
    const { pool, ledger, settings, sources } = this;
    const log = createLogger('error', { write: (line) => void this.complaints.push(line) });
    return new LiveRunner({ pool, ledger, settings, sources, log, ...parts });
  }

  /** Folds everything that is in the ledger. */
  async fold(runner = this.runner()): Promise<void> {
    while (await runner.step());
  }

  rebuild(options: Partial<RebuildOptions> = {}): ReturnType<typeof rebuild> {
    const { pool, ledger, settings } = this;
    return rebuild({ pool, ledger, settings, ...options });
  }

  /** Nothing that a law's test does may make the code complain. */
  async close(): Promise<void> {
    await this.ledger.close();
    await this.database.drop();
    if (this.complaints.length > 0) throw new Error(`the log says:\n${this.complaints.join('')}`);
  }
}

/** A house for one run of a property. */
export async function inHouse<T>(work: (house: House) => Promise<T>, options?: Houses): Promise<T> {
  const house = await House.open(options);
  let result: T;
  try {
    result = await work(house);
  } catch (error) {
    await house.close().catch((complaint: unknown) => {
      throw new AggregateError([error, complaint], (error as Error).message);
    });
    throw error;
  }
  await house.close();
  return result;
}
