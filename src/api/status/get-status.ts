import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Pool } from 'pg';
import type { FeedState } from '../../domain/cases/feed';
import type { Ledger } from '../../ledger/port';
import type { KafkaLag } from '../../platform/kafka/lag';
import { InForceBook } from '../../projections/in-force';
import { notReady } from '../refusals';
import { KAFKA_LAG, LEDGER, POOL } from '../tokens';
import { feedViews } from './feed-view';
import type { StatusView } from './status-schema';

export class GetStatus extends Query<StatusView> {}

interface Live {
  position: number;
  instant: Date;
  now: Date;
  id: number;
  fingerprint: string;
  promoted_at: Date | null;
}

const LIVE = `
  SELECT c.position, c.instant, now() AS now, g.id, g.fingerprint, g.promoted_at
    FROM live.checkpoint c JOIN app.generations g ON g.id = c.generation`;

/** By the range of their keys: cases have no index by kind, and there are hundreds of thousands of them. */
const FEEDS = `SELECT state FROM live.cases WHERE key >= 'feed:' AND key < 'feed;' ORDER BY key`;

const OPEN = `SELECT count(*) AS open FROM live.drifts WHERE status = 'open'`;

@QueryHandler(GetStatus)
export class GetStatusHandler implements IQueryHandler<GetStatus> {
  constructor(
    @Inject(POOL) private readonly pool: Pool,
    @Inject(LEDGER) private readonly ledger: Ledger,
    private readonly inForce: InForceBook,
    @Inject(KAFKA_LAG) private readonly kafkaLag: KafkaLag | null,
  ) {}

  async execute(): Promise<StatusView> {
    const [live, feeds, drifts, kafka] = await Promise.all([
      this.pool.query<Live>(LIVE),
      this.pool.query<{ state: string }>(FEEDS),
      this.pool.query<{ open: number }>(OPEN),
      this.kafkaLag?.read() ?? [],
    ]);
    // Read after the checkpoint: what is folded is never ahead of what is recorded.
    const head = await this.ledger.head();
    const row = live.rows[0];
    if (!row) throw notReady();
    const made = (await this.inForce.of(row.id))?.made;
    if (!made) throw notReady();
    const { policy } = made;
    const states = feeds.rows.map(({ state }) => JSON.parse(state) as FeedState);
    return {
      ledger: { position: head.position },
      generation: {
        id: row.id,
        fingerprint: row.fingerprint,
        since: row.promoted_at?.toISOString() ?? null,
      },
      projections: [{ name: 'live', position: row.position, lag: Math.max(0, head.position - row.position) }],
      feeds: feedViews(states, policy, row.instant.getTime(), row.now.getTime()),
      kafka,
      openDrifts: drifts.rows[0]?.open ?? 0,
    };
  }
}
