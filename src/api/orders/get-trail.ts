import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Pool } from 'pg';
import { z } from 'zod';
import { formatInstant } from '../../domain/facts/instant';
import { noMappings } from '../../domain/mapping/mappings';
import type { Ledger } from '../../ledger/port';
import { InForceBook } from '../../projections/in-force';
import type { SourceBook } from '../../projections/sources';
import { factView } from '../facts/fact-view';
import { readPayload } from '../facts/payload';
import { type Place as FactPlace, factsOf, firstWithin, placesOf } from '../facts/places';
import { decodeCursor, encodeCursor } from '../lists/cursor';
import { pageWithin } from '../lists/page';
import { LEDGER, POOL, SOURCES } from '../tokens';
import { halvesOf } from './halves';
import { type OrderCases, channelStateOf, findOrder, keysOf, orderStateOf } from './order-cases';
import { Refold } from './refold';
import { trailDrifts, trailEvents } from './trail-events';
import type { TrailFilter, TrailView } from './trail-schema';

export class GetTrail extends Query<TrailView> {
  constructor(
    readonly ref: string,
    readonly filter: TrailFilter,
  ) {
    super();
  }
}

/**
 * Four statements, each by an index: the order, where its facts are, its drifts' history, the facts of the page. What they cost
 * depends on the order, and not on the ledger.
 */
@QueryHandler(GetTrail)
export class GetTrailHandler implements IQueryHandler<GetTrail> {
  constructor(
    @Inject(POOL) private readonly pool: Pool,
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(SOURCES) private readonly sources: SourceBook,
    private readonly inForce: InForceBook,
  ) {}

  async execute({ ref, filter }: GetTrail): Promise<TrailView> {
    const cases = await findOrder(this.pool, ref);
    const { asOf, knownAt } = filter;
    const positions = [...(cases.order?.facts ?? []), ...(cases.channel?.facts ?? [])];
    const known = [...new Set(positions)].filter((position) => position <= (knownAt ?? Infinity));
    const [all, events] = await Promise.all([
      placesOf(this.pool, known),
      trailEvents(this.pool, keysOf(cases), knownAt ?? null),
    ]);
    const facts =
      asOf === undefined ? all : all.filter(({ occurredAt }) => occurredAt !== null && occurredAt <= asOf);
    const subject = cases.order?.subject ?? cases.channel?.subject ?? '';
    return {
      order: cases.order?.key.slice('order:'.length) ?? null,
      subject: { kind: 'order', id: subject.slice('order:'.length) },
      asOf: asOf === undefined ? null : formatInstant(asOf),
      knownAt: knownAt ?? null,
      ...(await this.pageOf(facts, filter)),
      state: await this.stateOf(cases, facts, filter),
      drifts: trailDrifts(events),
      events,
    };
  }

  /** The order in which it happened: the source's clock, then source and key. Positions only tell equals apart. */
  private async pageOf(facts: readonly FactPlace[], { limit, cursor }: TrailFilter) {
    const after = decodeCursor(LIST, cursor, place);
    const rows = facts
      .filter((fact) => after === null || compare(placeOf(fact), after) > 0)
      .sort((a, b) => compare(placeOf(a), placeOf(b)));
    const shown = await this.ledger.at(firstWithin(rows.slice(0, limit)).map(({ position }) => position));
    shown.sort((a, b) => compare(placeOf(a), placeOf(b)));
    return pageWithin(
      shown,
      rows.length,
      (fact) => factView(fact, readPayload),
      (fact) => encodeCursor(LIST, placeOf(fact)),
    );
  }

  private async stateOf(cases: OrderCases, facts: readonly FactPlace[], filter: TrailFilter) {
    if (filter.asOf === undefined && filter.knownAt === undefined)
      return halvesOf(orderStateOf(cases.order), channelStateOf(cases.channel));
    if (facts.some(({ source }) => !this.sources.get(source))) await this.sources.reload();
    const keys = { order: cases.order?.key ?? null, channel: cases.channel?.key ?? null };
    const { mapping = noMappings } = (await this.inForce.read()) ?? {};
    const folding = new Refold(keys, this.sources, mapping);
    for await (const some of factsOf(this.ledger, facts)) folding.take(some);
    const { order, channel } = folding.result();
    return halvesOf(order, channel);
  }
}

const LIST = 'trail';
const place = z.tuple([z.number(), z.string(), z.string(), z.number()]);
type Place = z.output<typeof place>;
/** What has no readable clock comes last. */
const NO_CLOCK = Number.MAX_SAFE_INTEGER;

function placeOf(fact: Pick<FactPlace, 'occurredAt' | 'source' | 'key' | 'position'>): Place {
  return [fact.occurredAt ?? NO_CLOCK, fact.source, fact.key ?? '', fact.position];
}

function compare(a: Place, b: Place): number {
  const index = a.findIndex((part, each) => part !== b[each]);
  if (index === -1) return 0;
  return (a[index] as string | number) < (b[index] as string | number) ? -1 : 1;
}
