import { addUnsynchronised } from '../master/items';
import type { Item } from '../master/items';
import type { Random } from '../random';
import type { ExpectedDrift } from '../recorder';
import type { Scene } from '../scene';
import { HOUR, MINUTE } from '../timeline';
import { plainCourse, usualCourse } from './course';
import type { Course } from './course';
import { drawOrder } from './draw-order';
import type { Order } from './order';
import type { Wish } from './draw-order';
import { live } from './life';
import type { Outcome } from './life';

export type Finding = Omit<ExpectedDrift, 'faultId'>;

/** Something particular that happens to one order. */
export interface OrderScript {
  wish: Wish;
  course: (random: Random) => Partial<Course>;
  /** `long-ago`: an account customer's grace is over; `near-end`: nothing of it is due yet; `early`: two days are left after it comes back. */
  when?: 'day' | 'early' | 'long-ago' | 'near-end';
  /** `unsynchronised`: the last line is an item that the warehouse was never told about. */
  goods?: 'unsynchronised';
  /** So many lines, each of an item that no other fault touches: their stock differs, and only this explains it. */
  undisturbed?: number;
  /** Writes something into the order before it is told. */
  write?: (order: Order) => void;
  /** What must be found at the end; without it the order is a near miss, and nothing may be. */
  truth?: (outcome: Outcome, extra: Item[]) => Finding[];
}

/** Plays one script; the order's own clock decides unless the script says otherwise. */
export function play(scene: Scene, script: OrderScript, orderedAt: number, faultId: string): void {
  const { random, recorder } = scene;
  const extra = extraItems(scene, script);
  const wish: Wish = {
    kit: 'none',
    twoWarehouses: false,
    terms: 'prepaid',
    ...(script.undisturbed ? { lineCount: 0 } : {}),
    ...script.wish,
    extra,
  };
  const order = drawOrder(scene, wish, clockOf(scene, script, orderedAt), false);
  script.write?.(order);
  const outcome = live(scene, order, { ...plainCourse(random), ...script.course(random) });
  for (const finding of script.truth?.(outcome, extra) ?? []) recorder.expect({ ...finding, faultId });
}

/** An order to which nothing particular happens. */
export function playUsual(scene: Scene, orderedAt: number): void {
  const order = drawOrder(scene, {}, orderedAt, true);
  live(scene, order, usualCourse(scene.random, order.customer.terms !== 'prepaid'));
}

function extraItems(scene: Scene, script: OrderScript): Item[] {
  if (script.goods === 'unsynchronised') {
    return [addUnsynchronised(scene.catalogue, scene.random, scene.times.setupAt)];
  }
  return Array.from({ length: script.undisturbed ?? 0 }, () => scene.undisturbed());
}

function clockOf(scene: Scene, script: OrderScript, orderedAt: number): number {
  if (script.when === 'early') return scene.times.tradingFrom + scene.random.int(0, 90) * MINUTE;
  if (script.when === 'long-ago') return scene.times.longAgo + scene.random.int(0, 240) * MINUTE;
  return script.when === 'near-end' ? scene.times.endAt - 5 * HOUR : orderedAt;
}
