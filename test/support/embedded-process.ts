/** A process that starts the embedded database of a folder, says so, and stops it when told: `embedded-process <folder> <mode>`. */
import { createInterface } from 'node:readline';
import { startEmbedded } from '../../src/platform/database/embedded';
import { createLogger } from '../../src/platform/logging';

async function main(dataDir: string, mode: 'owner' | 'guest'): Promise<void> {
  const database = await startEmbedded({
    dataDir,
    mode,
    log: createLogger('warn'),
    settings: { fsync: 'off' },
  });
  say({ url: database.url, port: database.port, owner: database.owner });
  for await (const command of createInterface({ input: process.stdin })) {
    if (command === 'stop') break;
  }
  await database.stop();
  say({ stopped: true });
  process.exit(0);
}

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

const [dataDir = '', mode = 'owner'] = process.argv.slice(2);
main(dataDir, mode === 'guest' ? 'guest' : 'owner').catch((error: unknown) => {
  const { code, message } = error as { code?: string; message: string };
  say({ code, message });
  process.exit(1);
});
