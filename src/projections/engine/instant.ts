/** What an engine is made with, and what it is told at each step. */
import type { Policy } from '../../domain/policy';
import type { Reading } from './reading';
import type { Shown, Told } from './records';

export interface EngineSettings {
  policy: Policy;
  startsAt(source: string): number | null;
}

/** One instant, as far as it concerns the cases of one engine. */
export interface Instant extends Pick<
  Reading,
  'first' | 'last' | 'at' | 'parts' | 'acts' | 'refused' | 'ahead'
> {
  /** A watermark may have fallen. */
  reshaped: boolean;
  told: readonly Told[];
  shown: readonly Shown[];
}
