/** Asks until it is so. Throws after 20 s: what is waited for here takes milliseconds. */
export async function settled(done: () => Promise<boolean>): Promise<void> {
  const ends = performance.now() + 20_000;
  while (!(await done())) {
    if (performance.now() > ends) throw new Error('it did not come');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
