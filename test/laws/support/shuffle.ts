/** Seeded, so that a failing run can be repeated by its seed. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** No item moves by more than about `reach` places; without it any goes anywhere. */
export function shuffled<T>(items: readonly T[], seed: number, reach = items.length): T[] {
  const random = randomFrom(seed);
  return items
    .map((item, index) => ({ item, place: index + random() * reach }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
