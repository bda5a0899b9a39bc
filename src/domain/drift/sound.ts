/** What a detector found, in a form that can be stored, shown and compared. */
import { NEWEST_INSTANT, OLDEST_INSTANT } from '../facts/instant';
import type { Finding } from './finding';

/**
 * The finding itself where it is sound, which nearly all are. Texts that were cut inside a character are mended, and times
 * are held to what RFC 3339 can write. Throws TypeError where a part of it is no JSON: then its detector has a fault.
 */
export function sound(finding: Finding): Finding {
  const { since, dueAt, divergence } = finding;
  const bounded = inRange(since) && inRange(dueAt) && (divergence === null || inRange(divergence.at));
  const whole = bounded ? finding : { ...finding, ...boundedTimes(finding) };
  return mended(whole) as Finding;
}

function boundedTimes({
  since,
  dueAt,
  divergence,
}: Finding): Pick<Finding, 'since' | 'dueAt' | 'divergence'> {
  return {
    since: held(since),
    dueAt: held(dueAt),
    divergence: divergence && { ...divergence, at: held(divergence.at) },
  };
}

function inRange(at: number): boolean {
  return at >= OLDEST_INSTANT && at <= NEWEST_INSTANT;
}

function held(at: number): number {
  if (Number.isNaN(at)) throw new TypeError('a time of a finding is no number');
  return Math.min(NEWEST_INSTANT, Math.max(OLDEST_INSTANT, at));
}

/** The value itself where nothing in it had to be mended. */
function mended(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
      return value.isWellFormed() && !value.includes('\0')
        ? value
        : value.toWellFormed().replaceAll('\0', '\ufffd');
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError('a number of a finding is not finite');
      return value;
    case 'boolean':
    case 'undefined':
      return value;
    case 'object':
      return value === null ? null : mendedParts(value);
    default:
      throw new TypeError(`a part of a finding is a ${typeof value}`);
  }
}

function mendedParts(whole: object): object {
  let copy: Map<string, unknown> | null = null;
  for (const [name, part] of Object.entries(whole)) {
    const better = mended(part);
    if (better !== part) (copy ??= new Map(Object.entries(whole))).set(name, better);
  }
  if (copy === null) return whole;
  return Array.isArray(whole) ? [...copy.values()] : Object.fromEntries(copy);
}
