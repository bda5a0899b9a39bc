/** A generation while it is built: guarded, told about, and dropped with a reason when it comes to nothing. */
import type { Pool } from 'pg';
import { beginAnew } from './abandoned';
import { giveUpGeneration } from './dropping';
import { failureText } from './failure';
import type { HistoryOptions, RebuildProgress } from './fold-history';
import { type Guard, PATIENCE_MS, guardBuild } from './generation-locks';
import { NOT_WANTED, setProgress } from './generation-progress';
import { GenerationRefused } from './generation-refused';
import { type Request, beginGeneration, reserveGeneration } from './generations';

export interface BuildingOptions extends HistoryOptions, Request {
  /** A generation whose builder died, begun anew under its number. */
  again?: number;
  /** Told once the generation has a number. */
  onBegun?: (generation: number) => void | Promise<void>;
}

export interface Building {
  id: number;
  schema: string;
  guard: Guard;
  /** How often builders of it died. */
  interruptions: number;
  /** Aborted by the caller, by whoever discards it, and when the guard is lost. */
  signal: AbortSignal;
  say(progress: RebuildProgress): void;
}

const TOLD_EVERY_MS = 500;

/** What a builder is aborted with that leaves its generation to the next one. */
export class LeftToTheNext extends Error {
  readonly code = 'left-to-the-next';
}

/** Guarded from before it is there until `work` is done. Rejects as `work` does, after dropping it, unless it is left to the next. */
export async function building<T>(
  options: BuildingOptions,
  work: (site: Building) => Promise<T>,
): Promise<T> {
  const { pool, again, signal, onBegun, onProgress } = options;
  const stop = new AbortController();
  const id = again ?? (await reserveGeneration(pool));
  const onLost = (error: Error) =>
    stop.abort(new LeftToTheNext(`the guard of generation ${id} was lost`, { cause: error }));
  const guard = await guardBuild(pool, id, { onLost, waitsMs: PATIENCE_MS });
  const telling = new Telling(pool, id, () => stop.abort(new GenerationRefused(NOT_WANTED)));
  try {
    const { schema, interruptions } = await ground(options, id);
    try {
      await onBegun?.(id);
      return await work({
        id,
        schema,
        guard,
        interruptions,
        signal: signal ? AbortSignal.any([signal, stop.signal]) : stop.signal,
        say(progress) {
          onProgress?.(progress);
          telling.tell(progress);
        },
      });
    } catch (error) {
      await telling.end();
      if (signal?.reason instanceof LeftToTheNext) await telling.leave();
      // Whoever has taken it over builds on: what was aborted here is no verdict on it.
      else if (!(stop.signal.reason instanceof LeftToTheNext)) await giveUp(pool, id, error);
      throw error;
    }
  } finally {
    await telling.end();
    await guard.release();
  }
}

async function ground(
  { again, pool, settings, ...request }: BuildingOptions,
  id: number,
): Promise<{ schema: string; interruptions: number }> {
  if (again === undefined) {
    const { schema } = await beginGeneration(pool, settings, { ...request, id });
    return { schema, interruptions: 0 };
  }
  return beginAnew(pool, id, settings);
}

async function giveUp(pool: Pool, id: number, error: unknown): Promise<void> {
  try {
    await giveUpGeneration(pool, id, await failureText(pool, error));
  } catch {
    // The database is away, or busy: whoever comes next finds it abandoned. What is thrown is what happened first.
  }
}

/** How far it is, for whoever asks any replica: kept now and then, one statement at a time. */
class Telling {
  private told = -Infinity;
  private last: RebuildProgress = { phase: 'folding', position: 0, head: 0 };
  private kept: Promise<void> = Promise.resolve();

  constructor(
    private readonly pool: Pool,
    private readonly id: number,
    private readonly onUnwanted: () => void,
  ) {}

  tell(progress: RebuildProgress): void {
    this.last = progress;
    const now = performance.now();
    if (now - this.told < TOLD_EVERY_MS) return;
    this.told = now;
    // What could not be kept is told again half a second later.
    this.kept = this.kept.then(() =>
      setProgress(this.pool, this.id, progress).then(
        (wanted) => (wanted ? undefined : this.onUnwanted()),
        () => undefined,
      ),
    );
  }

  end(): Promise<void> {
    return this.kept;
  }

  /** The last that is told: who ended here did not die. */
  async leave(): Promise<void> {
    // Where that cannot be said, it looks as if he had.
    await setProgress(this.pool, this.id, { ...this.last, stopped: true }).catch(() => undefined);
  }
}
