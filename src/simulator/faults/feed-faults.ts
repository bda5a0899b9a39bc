import { iso, HOUR, MINUTE, SECOND } from '../timeline';
import type { Scene } from '../scene';
import type { ExpectedDrift } from '../recorder';
import { count } from '../stock/movements';
import type { FaultPlan } from './plan';
import { planned } from './plan';

/** What is lost on the way, or comes too late to be current. */
export function makeFeedFaults(scene: Scene, faults: FaultPlan): void {
  const { random, recorder, times, numbers } = scene;
  const expectOn = (source: 'scend' | 'prima', detector: string, cause: string, faultId: string) => {
    const drift: ExpectedDrift = { detector, subject: { kind: 'feed', source }, cause, faultId };
    recorder.expect(drift);
  };
  for (const { faultId } of planned(faults, ['number-lost'])) {
    const at = times.tradingFrom + random.int(60, 780) * MINUTE + 30 * SECOND;
    // A number that nobody ever hears, and one after it that everybody does.
    recorder.sequence(at, () => undefined);
    count(scene, at + SECOND);
    expectOn('scend', 'feed-gap', 'sequence', faultId);
  }
  const heartbeat = (at: number, asOf: number, more: object) => {
    const id = numbers.next('m-', 1);
    const message = { id, type: 'feed.heartbeat', at: iso(at), as_of: iso(asOf), ...more };
    recorder.middleware(at, message);
    return message;
  };
  if ((faults['last-number-lost'] ?? 0) > 0) {
    const at = times.closingAt + HOUR;
    const message = heartbeat(at + MINUTE, at, { source: 'scend', stream: 'stock', last_sequence: 0 });
    recorder.sequence(at, (sequence) => Object.assign(message, { last_sequence: sequence }));
    expectOn('scend', 'feed-gap', 'last-sequence', 'last-number-lost-1');
  }
  if ((faults['stream-behind'] ?? 0) > 0) {
    const at = times.endAt - 30 * MINUTE;
    heartbeat(at, at - 16 * MINUTE, { source: 'prima', stream: 'TaxCode' });
    expectOn('prima', 'feed-behind', 'heartbeat', 'stream-behind-1');
  }
  // As far behind as may be.
  const at = times.endAt - 40 * MINUTE;
  heartbeat(at, at - 15 * MINUTE, { source: 'scend', stream: 'item' });
}
