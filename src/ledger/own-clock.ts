import { uptime } from 'node:os';
import { type ClockReading, LedgerClockAhead } from './port';

/** A clock that people set, and one that only runs on, also while the machine sleeps. Both in milliseconds. */
export interface Clocks {
  wall(): number;
  running(): number;
}

const machine: Clocks = { wall: () => Date.now(), running: () => uptime() * 1_000 };

/**
 * What this process believes the time to be, against which the store's clock is held. Where both are one machine's clock, and
 * it is set years ahead, only the time that has really passed tells: so a step of our own clock beyond the bound is not
 * believed either, until the process is started again.
 */
export class OwnClock {
  private anchor: { wall: number; running: number };

  constructor(
    /** By how much another clock may be ahead, in milliseconds. */
    readonly boundMs: number,
    private readonly clocks: Clocks = machine,
  ) {
    this.anchor = { wall: clocks.wall(), running: clocks.running() };
  }

  /** Epoch milliseconds. */
  now(): number {
    const wall = this.clocks.wall();
    const running = this.clocks.running();
    const expected = this.anchor.wall + running - this.anchor.running;
    // Small corrections are followed, so that they do not add up over months.
    if (Math.abs(wall - expected) <= this.boundMs) this.anchor = { wall, running };
    return Math.min(wall, expected);
  }

  /** The latest instant that may be recorded. */
  latest(): number {
    return this.now() + this.boundMs;
  }

  /** Against a clock that reads `store` now. */
  compare(store: number): ClockReading {
    const aheadMs = store - this.now();
    return {
      store,
      aheadMs,
      refusal: aheadMs > this.boundMs ? new LedgerClockAhead(aheadMs, this.boundMs) : null,
    };
  }
}
