import { randomFrom } from '../laws/support/shuffle';

/** Drawn from a seed, so that a run can be had again. */
export class Random {
  private readonly next: () => number;

  constructor(seed: number) {
    this.next = randomFrom(seed);
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  of<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('there is nothing to draw from');
    return item;
  }

  /** In an order of its own. */
  shuffled(count: number): number[] {
    const order = Array.from({ length: count }, (_, index) => index);
    for (let left = count; left > 1; left--) {
      const at = this.below(left);
      const [a, b] = [order[left - 1] ?? 0, order[at] ?? 0];
      order[left - 1] = b;
      order[at] = a;
    }
    return order;
  }
}
