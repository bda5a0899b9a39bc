import { patiently } from './senders';

describe('a digest that cannot be made', () => {
  it('is told to the log, fails nobody, and is tried again after a minute', async () => {
    const warnings: unknown[] = [];
    let [clock, tried] = [0, 0];
    const daily = patiently(
      () => Promise.reject(new Error(`attempt ${(tried += 1)}`)),
      { warn: (...told: unknown[]) => void warnings.push(told) },
      () => clock,
    );
    await daily();
    clock = 59_999;
    await daily();
    expect(tried).toBe(1);
    clock = 60_000;
    await daily();
    expect(tried).toBe(2);
    expect(warnings).toHaveLength(2);
  });
});
