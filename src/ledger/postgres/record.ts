import type { Client } from 'pg';
import { merkleRoot } from '../integrity/merkle';
import { LedgerClockAhead } from '../port';
import type { OwnClock } from '../own-clock';
import type { Int8 } from './fact-row';
import { leafOfPrepared } from './prepared';
import type { PreparedFact } from './prepared';
import type { SealedBlock, WriteResult } from './sealed-block';
import { codeOf } from './transient';
import type { WriterConnection } from './writer-connection';

/** Where a fact is recorded, and whether it was recorded before this call. */
export interface Outcome {
  position: number;
  duplicate: boolean;
}

/** Seals facts, which have no repeats among them, as one block, or names those that are recorded already. */
export type WriteBlock = (
  client: Client,
  facts: readonly PreparedFact[],
  checkFirst: boolean,
  latest: number,
) => Promise<WriteResult>;

/** What outlives one group of facts. */
export interface WriterState {
  connection: WriterConnection;
  write: WriteBlock;
  clock: OwnClock;
  onSealed(block: SealedBlock): void;
  /** The youngest block that this writer knows; null until its first connection. */
  knownBlock: number | null;
  /** Repeats come in runs (a file sent again): then looking first is cheaper than failing first. */
  expectRepeats: boolean;
}

/**
 * Records one group of facts, which has no repeats within itself, as a block: what repeats a recorded fact is dropped, the
 * rest is sealed. `attempt` may be called again after it has rejected.
 *
 * When the connection was lost under way the outcome is unknown, and a second attempt would see the facts of the first as
 * repeats. Then the block itself tells: one with the same Merkle root, younger than what this writer knew, is ours (the root
 * covers all facts in their order, and an identity is recorded once), so the receipts say truthfully that they are new.
 */
export class Recording {
  private readonly outcomes: (Outcome | undefined)[];
  private open: number[];
  private uncertain = false;
  private sawRepeats = false;

  constructor(
    private readonly writer: WriterState,
    private readonly facts: readonly PreparedFact[],
  ) {
    this.outcomes = new Array<Outcome | undefined>(facts.length);
    this.open = facts.map((_, index) => index);
  }

  /** One outcome for each fact, once all are durable. */
  async attempt(): Promise<Outcome[]> {
    const client = await this.writer.connection.get();
    try {
      this.writer.knownBlock ??= await headBlock(client);
      while (this.open.length > 0) await this.writeOpen(client);
    } catch (error) {
      // The database has refused, and the connection is sound.
      const refusal = clockRefusal(error, this.writer.clock);
      if (refusal) throw refusal;
      this.uncertain = true;
      this.writer.connection.drop();
      throw error;
    }
    this.writer.expectRepeats = this.sawRepeats;
    return this.outcomes as Outcome[];
  }

  /** The outcome of what is under way is not known then. */
  interrupt(): void {
    this.writer.connection.drop();
  }

  private async writeOpen(client: Client): Promise<void> {
    const sent = this.open.map((index) => this.facts[index] as PreparedFact);
    const checkFirst = this.sawRepeats || this.writer.expectRepeats;
    const result = await this.writer.write(client, sent, checkFirst, this.writer.clock.latest());
    if ('sealed' in result) return this.accept(result.sealed);
    const own = this.uncertain ? await findBlock(client, this.writer.knownBlock ?? 0, sent) : null;
    if (own) return this.accept(own);
    this.sawRepeats = true;
    for (const [i, position] of result.repeats) {
      this.outcomes[this.open[i] as number] = { position, duplicate: true };
    }
    this.open = this.open.filter((index) => this.outcomes[index] === undefined);
  }

  private accept(sealed: SealedBlock): void {
    this.open.forEach((index, i) => {
      this.outcomes[index] = { position: sealed.firstPosition + i, duplicate: false };
    });
    this.open = [];
    this.writer.knownBlock = sealed.number;
    this.writer.onSealed(sealed);
  }
}

/** As `ledger.lock_head` raises it; its detail is the clock that it read. */
const CLOCK_AHEAD = 'TY001';

function clockRefusal(error: unknown, own: OwnClock): LedgerClockAhead | null {
  if (codeOf(error) !== CLOCK_AHEAD) return null;
  const { detail } = error as { detail?: string };
  return new LedgerClockAhead(Number(detail) - own.now(), own.boundMs);
}

interface BlockRow {
  number: Int8;
  first_position: Int8;
  recorded_ms: Int8;
  hash: Buffer;
}

/** The block of exactly these facts after a known one, if there is one. */
async function findBlock(
  client: Client,
  afterBlock: number,
  facts: readonly PreparedFact[],
): Promise<SealedBlock | null> {
  const root = merkleRoot(facts.map(leafOfPrepared));
  const { rows } = await client.query<BlockRow>(
    `SELECT number, first_position, ledger.epoch_ms(recorded_at) AS recorded_ms, hash
       FROM ledger.blocks WHERE number > $1 AND merkle_root = $2`,
    [afterBlock, root],
  );
  const row = rows[0];
  if (!row) return null;
  return {
    number: Number(row.number),
    firstPosition: Number(row.first_position),
    count: facts.length,
    recordedAt: Number(row.recorded_ms),
    merkleRoot: root,
    hash: row.hash,
  };
}

async function headBlock(client: Client): Promise<number> {
  const { rows } = await client.query<{ blocks: Int8 }>('SELECT blocks FROM ledger.head');
  return Number(rows[0]?.blocks ?? 0);
}
