/** On what it was measured: half of the figures are absolute. */
import { existsSync } from 'node:fs';
import os from 'node:os';
import { withClient, withNewServer } from './server';
import type { Lab } from './lab';

export interface Machine {
  processor: string;
  cores: number;
  memoryGiB: number;
  system: string;
  node: string;
  postgres: string;
  /** Processes that wanted a core in the last minute, before the benchmark began: near or above `cores`, figures suffer. */
  loadBefore: number;
  container: boolean;
}

export async function describeMachine(lab: Lab): Promise<Machine> {
  const loadBefore = os.loadavg()[0] ?? 0;
  const postgres = await withNewServer(lab, 'version', (url) =>
    withClient(url, async (client) => {
      const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
      return rows[0]?.server_version ?? 'unknown';
    }),
  );
  return {
    processor: os.cpus()[0]?.model.trim() ?? 'unknown',
    cores: os.availableParallelism(),
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.version,
    postgres,
    loadBefore,
    container: existsSync('/.dockerenv'),
  };
}

export function machineLine({
  processor,
  cores,
  memoryGiB,
  system,
  node,
  postgres,
  loadBefore,
}: Machine): string {
  return (
    `${cores} cores (${processor}), ${memoryGiB} GiB, ${system}, Node ${node}, PostgreSQL ${postgres}; ` +
    `load before: ${loadBefore.toFixed(1)}`
  );
}
