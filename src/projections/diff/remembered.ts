/** Summaries for those who ask again and again: computed once, until one of the two generations has moved. */
import { LIVE } from '../generation-schema';
import { completeGeneration, positionOf } from '../generations';
import { type DiffParts, inSnapshot } from './compare';
import { type DiffSummary, diff } from './summary';

interface Remembered {
  /** The live generation, and the positions of both. */
  live: number;
  positions: string;
  summary: DiffSummary;
  /** Of the monotonic clock. */
  at: number;
  tookMs: number;
}

/** While live moves on, at most one part in so many of the time goes into comparing; an answer says as of which fact it is. */
const SHARE = 10;
const MOST = 8;

export class RememberedDiffs {
  private readonly known = new Map<number, Remembered>();
  private readonly underWay = new Map<number, Promise<DiffSummary>>();

  constructor(private readonly parts: Omit<DiffParts, 'generation'>) {}

  /** Whoever asks while it is computed gets that one. Throws `GenerationRefused` as `compared` does. */
  async of(generation: number): Promise<DiffSummary> {
    await completeGeneration(this.parts.pool, generation);
    const known = this.known.get(generation);
    if (known) {
      const { live, positions } = await this.standing(generation);
      const recent = performance.now() - known.at < SHARE * known.tookMs;
      if (known.live === live && (known.positions === positions || recent)) return known.summary;
    }
    const running = this.underWay.get(generation) ?? this.compute(generation);
    this.underWay.set(generation, running);
    return running;
  }

  private async compute(generation: number): Promise<DiffSummary> {
    try {
      const started = performance.now();
      const { live } = await this.standing(generation);
      const summary = await diff({ ...this.parts, generation });
      const at = performance.now();
      const { position } = summary;
      this.known.delete(generation);
      this.known.set(generation, {
        live,
        positions: `${position}/${position}`,
        summary,
        at,
        tookMs: at - started,
      });
      for (const old of [...this.known.keys()].slice(0, -MOST)) this.known.delete(old);
      return summary;
    } finally {
      this.underWay.delete(generation);
    }
  }

  private standing(generation: number): Promise<{ live: number; positions: string }> {
    return inSnapshot(this.parts.pool, async (client) => {
      const { schema } = await completeGeneration(client, generation);
      const { rows } = await client.query<{ generation: number; position: number }>(
        `SELECT generation, position FROM ${LIVE}.checkpoint`,
      );
      const [row] = rows;
      return {
        live: row?.generation ?? 0,
        positions: `${row?.position ?? 0}/${await positionOf(client, schema)}`,
      };
    });
  }
}
