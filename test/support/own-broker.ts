/** A broker that a test may kill, or that speaks TLS: started by the same command that developers use. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { brokers } from './kafka';
import { needs } from './needs';
import { settled } from './settled';

const run = promisify(execFile);
const ROOT = path.resolve(__dirname, '../..');
const VERSION = /<kafka\.version>([^<]+)</.exec(
  readFileSync(path.join(ROOT, 'scripts/kafka/pom.xml'), 'utf8'),
)?.[1];

/** Who runs a broker elsewhere may have none to start here. */
export const needsOwnBroker = needs(
  brokers.length > 0 && existsSync(path.join(ROOT, '.kafka', `kafka-${VERSION}`)),
  'a Kafka broker of its own: npm run kafka, then set KAFKA_BROKERS',
);

export class OwnBroker {
  private constructor(
    readonly folder: string,
    private readonly options: readonly string[],
    private address: string,
  ) {}

  /** @param options of `npm run kafka`, for the first start */
  static async start(...options: string[]): Promise<OwnBroker> {
    const folder = await mkdtemp(path.join(tmpdir(), 'tallystick-kafka-'));
    const broker = new OwnBroker(folder, options, '');
    await broker.restart();
    return broker;
  }

  /** `127.0.0.1:40123`, the same after every restart. */
  get brokers(): string {
    return this.address;
  }

  async restart(): Promise<void> {
    this.address = (await this.command('start', ...this.options)).replace('KAFKA_BROKERS=', '').trim();
  }

  async kill(): Promise<void> {
    const pid = Number(readFileSync(path.join(this.data, 'pid'), 'utf8'));
    process.kill(pid, 'SIGKILL');
    await settled(() => Promise.resolve(!commandOf(pid).includes(this.data)));
  }

  async remove(): Promise<void> {
    await this.command('remove');
    await rm(this.folder, { recursive: true, force: true });
  }

  private get data(): string {
    return path.join(this.folder, 'data');
  }

  private async command(name: string, ...options: string[]): Promise<string> {
    const args = [path.join(ROOT, 'scripts/kafka.js'), name, '--data', this.data, ...options];
    return (await run(process.execPath, args)).stdout;
  }
}

/** Empty also for a process that has ended and whose end nobody has asked for. */
function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
