import { type Ledger, LedgerBusy, LedgerClockAhead, LedgerUnavailable } from './port';

export type AppendOutcome = 'ok' | 'busy' | 'unavailable' | 'clock' | 'refused';

export interface AppendMeter {
  /** Once for each call, when it is answered. `facts` of it may be repeats. */
  appended(outcome: AppendOutcome, facts: number, seconds: number): void;
}

/** The same ledger, whose calls of `append` are counted and timed: from the call until it is durable. */
export function metered(ledger: Ledger, meter: AppendMeter): Ledger {
  const { rows, reach } = ledger;
  return {
    async append(proposals) {
      const asked = performance.now();
      const seconds = () => (performance.now() - asked) / 1_000;
      try {
        const receipts = await ledger.append(proposals);
        meter.appended('ok', proposals.length, seconds());
        return receipts;
      } catch (error) {
        meter.appended(outcomeOf(error), proposals.length, seconds());
        throw error;
      }
    },
    head: () => ledger.head(),
    clock: () => ledger.clock(),
    read: (after, options) => ledger.read(after, options),
    ...(rows && { rows: (after, options) => rows.call(ledger, after, options) }),
    ...(reach && { reach: () => reach.call(ledger) }),
    page: (after, limit) => ledger.page(after, limit),
    at: (positions, maxBytes) => ledger.at(positions, maxBytes),
    find: (filter) => ledger.find(filter),
    onAppended: (listener) => ledger.onAppended(listener),
    verify: (options) => ledger.verify(options),
    proof: (position) => ledger.proof(position),
    close: () => ledger.close(),
  };
}

function outcomeOf(error: unknown): AppendOutcome {
  if (error instanceof LedgerBusy) return 'busy';
  if (error instanceof LedgerClockAhead) return 'clock';
  return error instanceof LedgerUnavailable ? 'unavailable' : 'refused';
}
