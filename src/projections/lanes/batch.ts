/**
 * Some blocks, divided: each lane's rows as bytes in memory that threads share, nobody's facts here. A row is copied once and
 * decoded once, where it is needed.
 */
import { type BriefFact, POSITION, RECORDED_AT, decodeBrief } from '../../ledger/fact-rows';
import type { FactRows } from '../../ledger/rows';

/** A lane's rows of some blocks; `end` is where those of a block end. */
export interface LaneRows {
  slab: SharedArrayBuffer;
  blocks: { first: number; last: number; at: number; end: number }[];
}

/** One block, and the facts of it that no lane reads. */
export interface Block {
  first: number;
  last: number;
  /** `recordedAt`, epoch ms. */
  at: number;
  own: BriefFact[];
}

const SLAB_BYTES = 2 * 1024 * 1024;

/** Memory that was handed to lanes and has come back: new memory would cost a page fault for each of its pages. */
export class Slabs {
  private readonly free: SharedArrayBuffer[] = [];

  take(bytes = SLAB_BYTES): SharedArrayBuffer {
    const index = this.free.findIndex((slab) => slab.byteLength >= bytes);
    const [known] = index < 0 ? [] : this.free.splice(index, 1);
    return known ?? new SharedArrayBuffer(Math.max(SLAB_BYTES, bytes));
  }

  giveBack(slab: SharedArrayBuffer): void {
    this.free.push(slab);
  }
}

const NOTHING = Buffer.alloc(0);

class Share {
  private view: Uint8Array;
  /** Rows side by side in `from` that are still to be copied: one copy of two rows costs little more than one of one. */
  private from: Buffer = NOTHING;
  private start = 0;
  private end = 0;
  /** Bytes, with those still to be copied. */
  used = 0;
  readonly ends: number[] = [];

  constructor(
    public slab: SharedArrayBuffer,
    private readonly slabs: Slabs,
  ) {
    this.view = new Uint8Array(slab);
  }

  add(row: FactRows): void {
    if (row.buffer !== this.from || row.start !== this.end) {
      this.copy();
      this.from = row.buffer;
      this.start = row.start;
    }
    this.end = row.end;
    this.used += row.end - row.start;
  }

  copy(): void {
    const { from, start, end, used } = this;
    if (used > this.view.length) this.grow(used);
    from.copy(this.view, used - (end - start), start, end);
    this.from = NOTHING;
    this.start = this.end = 0;
  }

  private grow(bytes: number): void {
    const former = this.slab;
    this.slab = this.slabs.take(2 * bytes);
    const view = new Uint8Array(this.slab);
    view.set(this.view);
    this.view = view;
    this.slabs.giveBack(former);
  }
}

export class Batch {
  readonly blocks: Block[] = [];
  facts = 0;
  /** Of all rows, wherever they go. */
  bytes = 0;
  private readonly shares: Share[];

  constructor(lanes: number, slabs: Slabs) {
    this.shares = Array.from({ length: lanes }, () => new Share(slabs.take(), slabs));
  }

  begin(row: FactRows): void {
    this.end();
    const first = row.int64(POSITION);
    this.blocks.push({ first, last: first, at: row.instant(RECORDED_AT), own: [] });
  }

  /** To the lane that shall read it, or, with null, kept here. */
  add(row: FactRows, lane: number | null): void {
    this.facts++;
    this.bytes += row.end - row.start;
    const block = this.blocks.at(-1) as Block;
    block.last = row.int64(POSITION);
    if (lane === null) block.own.push(decodeBrief(row));
    else this.shares[lane]?.add(row);
  }

  private end(): void {
    if (this.blocks.length > 0) for (const share of this.shares) share.ends.push(share.used);
  }

  laneRows(): LaneRows[] {
    this.end();
    return this.shares.map((share) => {
      share.copy();
      const { slab, ends } = share;
      const blocks = this.blocks.map(({ first, last, at }, i) => ({ first, last, at, end: ends[i] ?? 0 }));
      return { slab, blocks };
    });
  }
}
