/** Asks until it is so. Throws after 20 s where nothing else is said: what is waited for takes milliseconds. */
export async function settled(
  done: () => Promise<boolean>,
  { everyMs = 20, limitMs = 20_000 } = {},
): Promise<void> {
  const ends = performance.now() + limitMs;
  while (!(await done())) {
    if (performance.now() > ends) throw new Error('it did not come');
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
