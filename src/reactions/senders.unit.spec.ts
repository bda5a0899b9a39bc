import { checkRoutes, patiently } from './senders';

const route = { detectors: null, severities: null, sources: null, owners: null, channel: null, mute: true };

describe('checkRoutes', () => {
  it('knows the detectors', () => {
    expect(() => checkRoutes({ routes: [route, { ...route, detectors: ['stock-mismatch'] }] })).not.toThrow();
  });

  it('names the place of one that there is not', () => {
    expect(() => checkRoutes({ routes: [route, { ...route, detectors: ['stock-missmatch'] }] })).toThrow(
      'alerts: routes[1]: detectors: there is no detector stock-missmatch',
    );
  });
});

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
