/** Keys of the cases that something concerns, for whoever has them loaded. */

export function feedKey({ source, stream }: { source: string; stream: string }): string {
  return `feed:${source}/${stream}`;
}

export function* keysOf(parts: readonly { key: string }[]): Iterable<string> {
  for (const { key } of parts) yield key;
}

export function* targetsOf(told: readonly { target: string }[]): Iterable<string> {
  for (const { target } of told) yield target;
}
