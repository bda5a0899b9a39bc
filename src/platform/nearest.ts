/** The known word that somebody most likely meant; null where none is near. */
export function nearest(word: string, known: readonly string[]): string | null {
  // What is compared is bounded: it came from a file.
  const said = word.slice(0, 64).toLowerCase();
  const near = known
    .map((each) => ({ each, distance: distanceOf(said, each.toLowerCase()) }))
    .filter(
      ({ each, distance }) =>
        distance <= Math.max(1, Math.floor(each.length / 3)) || isLongerFormOf(said, each.toLowerCase()),
    )
    .sort((a, b) => a.distance - b.distance);
  return near[0]?.each ?? null;
}

/** `warning` for `warn`. */
function isLongerFormOf(said: string, word: string): boolean {
  return word.length >= 4 && said.startsWith(word) && said.length - word.length <= 4;
}

/** ` (did you mean scend?)`, or nothing. Never the word that was found: it may be a secret in the wrong place. */
export function meant(word: unknown, known: readonly string[]): string {
  const near = typeof word === 'string' ? nearest(word, known) : null;
  return near === null ? '' : ` (did you mean ${near}?)`;
}

/** Letters to put in, take out or change (Levenshtein). */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
