import { createApp } from '../api/server';
import { writeError, writeOut } from './output';
import { type Runtime, openReplays, withRuntime } from './runtime';

/**
 * Asks the service's own queries in this process, so that the command line and REST cannot answer differently. Works beside
 * a running service and without one. Prints JSON for `--json`, else a table.
 */
export function ask(path: string, json: boolean, table: (body: unknown) => string): Promise<boolean> {
  return withRuntime((runtime) => askOn(runtime, path, json, table));
}

async function askOn(
  runtime: Runtime,
  path: string,
  json: boolean,
  table: (body: unknown) => string,
): Promise<boolean> {
  const { config, apiPool: pool, ledger, sources, log } = runtime;
  const replays = openReplays(runtime);
  // Who can open the database needs no key to read it, whatever roles the service has here.
  const app = await createApp({
    config: { ...config, keys: [], roles: ['api'] },
    pool,
    ledger,
    sources,
    replays,
    logger: log,
  });
  try {
    await app.init();
    const response = await app.inject({ method: 'GET', url: path, headers: { host: 'localhost' } });
    const body: unknown = response.json();
    if (response.statusCode >= 400) {
      const { title, detail } = body as { title?: string; detail?: string };
      writeError(`${title ?? 'refused'}: ${detail ?? ''}\n`);
      return false;
    }
    writeOut(json ? `${JSON.stringify(body, null, 2)}\n` : table(body));
    return true;
  } finally {
    await app.close();
  }
}
