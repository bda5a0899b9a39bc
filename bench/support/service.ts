import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { COMMAND_LINE, type Usage, start } from './command';
import { HttpClient } from './http-client';
import type { Lab } from './lab';

export interface Service {
  http: HttpClient;
  /** From the start of the process until /health/ready answered 200. */
  readyAfterMs: number;
  /** As an operator would: by SIGTERM. */
  stop(): Promise<Usage>;
}

const POLL_MS = 5;
const PATIENCE_MS = 60_000;

/** `tallystick serve` on a data folder, on any free port. */
export async function startService(
  lab: Lab,
  dataDir: string,
  more: Record<string, string> = {},
): Promise<Service> {
  const started = performance.now();
  const env = { TALLYSTICK_DATA_DIR: dataDir, PORT: '0', ...more };
  const { child, usage } = start(lab, COMMAND_LINE, ['serve'], env);
  const ended = once(child, 'close');
  const said: string[] = [];
  const found: HttpClient[] = [];
  if (child.stderr) {
    createInterface({ input: child.stderr }).on('line', (line) => {
      said.push(line);
      const url = /serves at (http:\S+)/.exec(line)?.[1];
      if (url !== undefined) found.push(new HttpClient(url));
    });
  }
  // Nobody reads it, and a full pipe would stop the service.
  child.stdout?.resume();
  for (;;) {
    const [http] = found;
    if (http && (await http.get('/health/ready')).status === 200) {
      const readyAfterMs = performance.now() - started;
      return {
        http,
        readyAfterMs,
        async stop() {
          http.close();
          child.kill('SIGTERM');
          await ended;
          return usage();
        },
      };
    }
    if (child.exitCode !== null) throw new Error(`the service ended before it served: ${said.join('\n')}`);
    if (performance.now() - started > PATIENCE_MS) {
      child.kill('SIGKILL');
      throw new Error(`the service was not ready after ${PATIENCE_MS} ms: ${said.join('\n')}`);
    }
    await delay(POLL_MS);
  }
}
