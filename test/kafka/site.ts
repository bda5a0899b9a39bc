/** The whole of it as processes of their own: database, broker, and the service in two roles, each of which may be killed. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { readPostmaster } from '../../src/platform/database/postmaster';
import { type RunningServer, ensureServer, serverUrl } from '../../src/platform/database/server';
import { stopServer } from '../../src/platform/database/stop-server';
import { createLogger } from '../../src/platform/logging';
import type { World } from '../../src/simulator';
import { Supervised } from '../support/supervised';

const log = createLogger('error');

/** A PostgreSQL that keeps its port over a crash. */
export class OwnDatabase {
  private constructor(
    private readonly folder: string,
    private server: RunningServer,
  ) {}

  static async start(): Promise<OwnDatabase> {
    const folder = await mkdtemp(path.join(tmpdir(), 'tallystick-site-'));
    // Passable, so that a run as root can start the server as an ordinary user.
    await chmod(folder, 0o711);
    return new OwnDatabase(folder, await ensureServer({ dataDir: path.join(folder, 'data'), log }));
  }

  async create(name: string): Promise<string> {
    const client = new Client({ connectionString: serverUrl(this.server, 'postgres') });
    await client.connect();
    await client.query(`CREATE DATABASE ${name}`);
    await client.end();
    return serverUrl(this.server, name);
  }

  async kill(): Promise<void> {
    const postmaster = await readPostmaster(path.join(this.folder, 'data'));
    if (postmaster) process.kill(postmaster.pid, 'SIGKILL');
  }

  async restart(): Promise<void> {
    const { port } = this.server;
    this.server = await ensureServer({ dataDir: path.join(this.folder, 'data'), log, port });
  }

  async remove(): Promise<void> {
    await stopServer(path.join(this.folder, 'data'), 'immediate');
    await rm(this.folder, { recursive: true, force: true });
  }
}

export interface SiteOptions {
  databaseUrl: string;
  brokers: string;
  world: World;
  /** Of the names of its topics and its group. */
  prefix: string;
}

/** Processes of the service that are started again when they end, as whatever runs services does. */
export class Site {
  private readonly processes = new Map<string, Supervised>();

  private constructor(
    private readonly folder: string,
    private readonly options: SiteOptions,
  ) {}

  static async create(options: SiteOptions): Promise<Site> {
    const folder = await mkdtemp(path.join(tmpdir(), 'tallystick-site-'));
    const { world, prefix } = options;
    const sources = world
      .sources()
      .map(({ startsAt, ...source }) => ({ ...source, startsAt: new Date(startsAt).toISOString() }));
    const topics = Object.fromEntries(sources.map(({ name }) => [`${prefix}.${name}`, name]));
    const publish = { topic: `${prefix}.alerts` };
    const kafka = { topics, groupId: prefix, sessionTimeoutSeconds: 3, publish };
    await writeFile(path.join(folder, 'tallystick.json'), JSON.stringify({ sources, kafka }));
    return new Site(folder, options);
  }

  run(name: string, role: string): void {
    const { databaseUrl, brokers } = this.options;
    const env = {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      PORT: '0',
      ROLE: role,
      LOG_LEVEL: 'warn',
      DATABASE_URL: databaseUrl,
      KAFKA_BROKERS: brokers,
      TALLYSTICK_CONFIG: path.join(this.folder, 'tallystick.json'),
      TALLYSTICK_DATA_DIR: path.join(this.folder, name),
    };
    this.processes.set(name, new Supervised(env));
  }

  kill(name: string): void {
    this.processes.get(name)?.kill();
  }

  /** How often a process ended by SIGKILL was started again. */
  killed(name: string): number {
    return this.processes.get(name)?.killed ?? 0;
  }

  /** Asks all to end; answers their exit codes. */
  async stop(): Promise<(number | null)[]> {
    return Promise.all([...this.processes.values()].map((each) => each.stop()));
  }

  async remove(): Promise<void> {
    for (const each of this.processes.values()) each.discard();
    await rm(this.folder, { recursive: true, force: true });
  }
}
