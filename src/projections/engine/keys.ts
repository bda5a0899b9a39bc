/** Keys of the cases that something concerns, and positions of the facts that do. */

export function feedKey({ source, stream }: { source: string; stream: string }): string {
  return `feed:${source}/${stream}`;
}

const FEW = 50;

/** Sorts them. Most are few and nearly in order, and `sort` copies what it sorts. */
export function inOrder(positions: number[]): void {
  if (positions.length > FEW) {
    positions.sort((a, b) => a - b);
    return;
  }
  for (let i = 1; i < positions.length; i++) {
    const position = positions[i] as number;
    let at = i;
    for (; at > 0 && (positions[at - 1] as number) > position; at--)
      positions[at] = positions[at - 1] as number;
    positions[at] = position;
  }
}
