import { appending } from './contract/appending';
import { concurrency } from './contract/concurrency';
import { finding } from './contract/finding';
import type { LedgerHarness } from './contract/harness';
import { limits } from './contract/limits';
import { outages } from './contract/outages';
import { proving } from './contract/proving';
import { reading } from './contract/reading';
import { tampering } from './contract/tampering';
import { telling } from './contract/telling';

/**
 * The specification of `port.ts`, which every adapter must pass. `createHarness` gives an empty store of its own for each
 * test; what a test opens on it is closed with it.
 */
export function describeLedgerContract(name: string, createHarness: () => Promise<LedgerHarness>): void {
  describe(`ledger on ${name}`, () => {
    let current: LedgerHarness | null = null;
    const harness = (): LedgerHarness => {
      if (!current) throw new Error('the harness is only there inside a test');
      return current;
    };
    beforeEach(async () => {
      current = await createHarness();
    });
    afterEach(async () => {
      await current?.close();
      current = null;
    });

    describe('appending', () => appending(harness));
    describe('concurrency', () => concurrency(harness));
    describe('reading', () => reading(harness));
    describe('finding', () => finding(harness));
    describe('limits', () => limits(harness));
    describe('telling', () => telling(harness));
    describe('proving', () => proving(harness));
    describe('tampering', () => tampering(harness));
    describe('outages', () => outages(harness));
  });
}
