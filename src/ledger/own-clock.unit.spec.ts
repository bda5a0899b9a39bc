import { OwnClock } from './own-clock';

const START = Date.UTC(2026, 11, 1);
const BOUND = 300_000;

describe("this process's clock", () => {
  let [wall, running] = [START, 0];
  let clock: OwnClock;
  const pass = (ms: number, stepMs = 0) => {
    running += ms;
    wall += ms + stepMs;
  };
  beforeEach(() => {
    [wall, running] = [START, 0];
    clock = new OwnClock(BOUND, { wall: () => wall, running: () => running });
  });

  it('is not believed when it is set years ahead, however the store agrees with it', () => {
    pass(1_000, 73 * 365 * 86_400_000);
    expect(clock.now()).toBe(START + 1_000);
    expect(clock.compare(wall).refusal).toMatchObject({ code: 'ledger-clock-ahead' });
    pass(1_000);
    expect(clock.now()).toBe(START + 2_000);
  });

  it('is itself again when it is set right', () => {
    pass(0, 86_400_000);
    expect(clock.compare(wall).refusal).not.toBeNull();
    pass(60_000, -86_400_000);
    expect(clock.now()).toBe(wall);
    expect(clock.compare(wall).refusal).toBeNull();
  });

  it('is believed when it goes back, and so is a store that goes with it', () => {
    pass(0, -86_400_000);
    expect(clock.now()).toBe(wall);
    expect(clock.compare(wall).refusal).toBeNull();
    expect(clock.compare(START).refusal).toMatchObject({ aheadMs: 86_400_000, boundMs: BOUND });
  });

  it('follows small corrections, which do not add up', () => {
    for (let day = 0; day < 100; day += 1) {
      pass(86_400_000, 10_000);
      expect(clock.compare(wall).refusal).toBeNull();
    }
  });

  it('goes on while the machine sleeps', () => {
    pass(8 * 3_600_000);
    expect(clock.compare(wall)).toMatchObject({ aheadMs: 0, refusal: null });
  });
});
