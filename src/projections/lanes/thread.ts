/** A lane in a thread of its own: the same calls, as messages that are answered in order. */
import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Told } from '../engine/records';
import type { Lane, LaneInstant, LaneReading, LaneSetup, Later } from './lane';
import type { LaneRows } from './batch';
import { type ToldWire, unpackTold } from './told-wire';

/** Instants and what comes back are small objects, many of them: as JSON they cross faster than as clones. */
export type Call =
  | { name: 'read'; rows: LaneRows }
  | { name: 'fold'; instants: string }
  | { name: 'loadBeside' | 'loadCases' | 'close' };

/** `code`: that of the error, by which its kind is known. */
export type Answer =
  | { ok: true; json: string }
  | { ok: false; message: string; code: string | undefined; cause: string | undefined };

export interface ThreadSetup extends LaneSetup {
  /** The database's address; with a password in it, so never shown. */
  url: string;
}

/** Most objects die young, and a copy of those that do not costs more than the room. */
const YOUNG_MIB = 192;

export class ThreadLane implements Lane {
  private readonly worker: Worker;
  private readonly waiting: { resolve(json: string): void; reject(error: Error): void }[] = [];
  private ended: Error | null = null;

  constructor(setup: ThreadSetup) {
    // From JavaScript or, under a hook that compiles it, from TypeScript.
    const entry = join(__dirname, `thread-entry${extname(__filename)}`);
    this.worker = new Worker(`require(${JSON.stringify(entry)})`, {
      eval: true,
      workerData: setup,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB },
    });
    this.worker.on('message', (answer: Answer) => {
      const call = this.waiting.shift();
      if (answer.ok) call?.resolve(answer.json);
      else call?.reject(errorOf(answer));
    });
    this.worker.on('error', (error) => {
      this.end(error);
    });
    this.worker.on('exit', () => {
      this.end(new Error('a lane of the rebuild ended too early'));
    });
  }

  async read(rows: LaneRows): Promise<Later<LaneReading[]>> {
    const json = await this.call({ name: 'read', rows });
    return () => JSON.parse(json) as LaneReading[];
  }

  async fold(instants: LaneInstant[]): Promise<Later<Told[][]>> {
    const json = await this.call({ name: 'fold', instants: JSON.stringify(instants) });
    return () => (JSON.parse(json) as ToldWire[][]).map((told) => told.map(unpackTold));
  }

  async loadBeside(): Promise<void> {
    await this.call({ name: 'loadBeside' });
  }

  async loadCases(): Promise<void> {
    await this.call({ name: 'loadCases' });
  }

  async close(): Promise<void> {
    if (this.ended) return;
    await this.call({ name: 'close' }).catch(() => undefined);
    await this.worker.terminate();
  }

  private call(call: Call): Promise<string> {
    return new Promise((resolve, reject) => {
      if (this.ended) {
        reject(this.ended);
        return;
      }
      this.waiting.push({ resolve, reject });
      this.worker.postMessage(call);
    });
  }

  private end(error: Error): void {
    this.ended ??= error;
    for (const call of this.waiting.splice(0)) call.reject(this.ended);
  }
}

function errorOf({ message, code, cause }: Extract<Answer, { ok: false }>): Error {
  const error = new Error(message, { cause });
  return code === undefined ? error : Object.assign(error, { code });
}
