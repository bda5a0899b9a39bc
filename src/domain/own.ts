/**
 * What a table has under a word that came from outside; undefined where it has nothing of its own there. `constructor` and
 * `__proto__` are words like any other, and what the language keeps under them is nobody's entry.
 */
export function own<T>(table: { readonly [word: string]: T }, word: string): T | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined;
}
