/** A day of simulated trading sent to a real service over HTTP, and what was found held against what was injected. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createWorld, everyFault, type World } from '../../simulator';
import { type Config, Secret } from '../../platform/config';
import { readConfig } from '../config';
import { makeDataDir } from '../../platform/database/cluster';
import { Interrupted, aborted, onceAsked } from '../../platform/shutdown';
import { type Runtime, openRuntime } from '../runtime';
import { type Service, startService } from '../service';
import { digest, explainOne, greatestCluster, waterfall } from './explain';
import { score, type Score, scoreTable } from './score';
import { sendWorld, type Secrets } from './send';
import { writeOut } from '../output';

export interface DemoOptions {
  once: boolean;
  orders: number;
  seed: number;
}

const DAY_MS = 86_400_000;

/** True when everything injected was found and nothing else. */
export async function runDemo({ once, orders, seed }: DemoOptions): Promise<boolean> {
  // Simulating takes its time; what cannot be kept is said before.
  await makeDataDir(readConfig().dataDir);
  const world = createWorld({ seed, orders, startAt: Date.now() - 4 * DAY_MS, faults: everyFault() });
  const secrets = makeSecrets(world);
  const config = await demoConfig(world, secrets);
  rmSync(config.dataDir, { recursive: true, force: true });
  say(`Simulating ${world.orderCount} orders with seed ${seed}; database in ${config.dataDir}`);
  const asked = new AbortController();
  const { signal } = asked;
  const remove = onceAsked((name) => asked.abort(new Interrupted(name)));
  try {
    const runtime = await openRuntime({ mode: 'owner', config, signal });
    let atOnce = true;
    try {
      const service = await startService(runtime);
      say(`Serving at ${service.url}`);
      const ok = await Promise.race([play(world, secrets, runtime, service, once), aborted(signal)]);
      if (!once) {
        say('\nThe service stays up. Ctrl-C ends it.');
        await aborted(signal).catch(() => undefined);
      }
      await service.stop();
      atOnce = false;
      return ok;
    } finally {
      await (atOnce && signal.aborted ? runtime.abandon() : runtime.close());
    }
  } finally {
    remove();
  }
}

async function play(
  world: World,
  secrets: Secrets,
  { ledger }: Runtime,
  service: Service,
  once: boolean,
): Promise<boolean> {
  const tell = (text: string): void => say(once ? withoutLinks(text, service.url) : text);
  const sent = await sendWorld(world, secrets, service.url);
  const rate = Math.round(sent.messages / sent.seconds);
  say(
    `Sent ${sent.messages} messages in ${sent.requests} requests in ${sent.seconds.toFixed(1)} s (${rate} messages/s): ` +
      `${sent.recorded} recorded, ${sent.duplicates} repeats refused.`,
  );
  const result = await untilSettled(() => score(world.truth(), service.url, ledger));
  say(`\nFound against injected\n${scoreTable(result)}`);
  tell(await explainOne(service.url));
  tell(await waterfall(service.url));
  tell(await greatestCluster(service.url));
  tell(await digest(service.url));
  if (!once)
    say(`Look around:
  ${service.url}/v1/status
  ${service.url}/v1/drifts
  ${service.url}/v1/clusters
  ${service.url}/v1/digest
  ${service.url}/v1/alerts
  ${service.url}/openapi.json
  ${service.url}/metrics`);
  return result.every(({ missed, extra }) => missed.length + extra.length === 0);
}

/** Nothing answers there any more once the demo has ended. */
export function withoutLinks(text: string, url: string): string {
  return text
    .split('\n')
    .filter((line) => !line.trimStart().startsWith(url))
    .join('\n');
}

/** A silent feed is stale only after its interval has passed, so the last answers take a few seconds to be there. */
async function untilSettled(ask: () => Promise<Score[]>): Promise<Score[]> {
  const deadline = performance.now() + 15_000;
  for (;;) {
    const result = await ask();
    if (
      performance.now() > deadline ||
      result.every(({ missed, extra }) => missed.length + extra.length === 0)
    )
      return result;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

function makeSecrets(world: World): Secrets {
  return new Map(
    world.sources().map(({ name, kind }) => {
      const secret = randomBytes(24).toString('base64');
      return [name, { kind, secret: kind === 'middleware' ? `whsec_${secret}` : secret }];
    }),
  );
}

async function demoConfig(world: World, secrets: Secrets): Promise<Config> {
  const config = readConfig();
  const sources = world.sources().map((source) => ({
    ...source,
    expectedIntervalSeconds: source.expectedIntervalSeconds ?? null,
    secrets: { webhook: new Secret(secrets.get(source.name)?.secret ?? '') },
  }));
  // A database of its own, made anew each time, so that the truth of this world is the whole truth.
  const dataDir = join(config.dataDir, 'demo');
  const logLevel = process.env['LOG_LEVEL'] === undefined ? 'warn' : config.logLevel;
  const port = (await isFree(config.port, config.host)) ? config.port : 0;
  return { ...config, port, dataDir, databaseUrl: null, logLevel, sources, keys: [], policy: undefined };
}

/** A demo beside a running service takes any free port. */
async function isFree(port: number, host: string): Promise<boolean> {
  const server = createServer().listen(port, host);
  try {
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

function say(text: string): void {
  writeOut(`${text}\n`);
}
