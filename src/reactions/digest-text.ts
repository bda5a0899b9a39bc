import type { Digest } from '../projections/digest';
export function digestText(_digest: Digest, link: string): string[] {
  return [link];
}
