import { once, EventEmitter } from 'node:events';
import type { LedgerHarness } from './harness';
import { proposals } from './proposals';

export function telling(harness: () => LedgerHarness): void {
  it('tells listeners in this and in other instances of new facts', async () => {
    const writer = await harness().open();
    const other = await harness().open();
    const told = new EventEmitter();
    writer.onAppended(() => told.emit('here'));
    other.onAppended(() => told.emit('there'));
    // The other instance is told once when it begins to listen.
    await once(told, 'there');
    const both = Promise.all([once(told, 'here'), once(told, 'there')]);
    await writer.append(proposals(1));
    await both;
  });

  it('tells nobody who has left, and survives a listener that throws', async () => {
    const ledger = await harness().open();
    const heard: string[] = [];
    const leave = ledger.onAppended(() => heard.push('left'));
    ledger.onAppended(() => {
      throw new Error('a listener fails');
    });
    ledger.onAppended(() => heard.push('stayed'));
    leave();
    await ledger.append(proposals(1));
    expect(heard).toContain('stayed');
    expect(heard).not.toContain('left');
  });
}
