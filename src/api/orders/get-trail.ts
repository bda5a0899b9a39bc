import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Pool } from 'pg';
import { z } from 'zod';
import { formatInstant } from '../../domain/facts/instant';
import { noMappings } from '../../domain/mapping/mappings';
import type { Fact, Ledger } from '../../ledger/port';
import { InForceBook } from '../../projections/in-force';
import type { SourceBook } from '../../projections/sources';
import { factView } from '../facts/fact-view';
import { readPayload } from '../facts/payload';
import { type Place as FactPlace, PAGE_PAYLOAD_BYTES, factsOf, firstWithin, placesOf } from '../facts/places';
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

/** The facts themselves, where all of them have been read. */
type Held = ReadonlyMap<number, Fact> | null;

/**
 * Three statements, each by an index: the order, its facts by position, its drifts' history. What they cost depends on the
 * order, and not on the ledger. Two more where its facts are too large to be read at once.
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
    const [few, events] = await Promise.all([
      this.ledger.at(known, PAGE_PAYLOAD_BYTES),
      trailEvents(this.pool, keysOf(cases), knownAt ?? null),
    ]);
    // Nearly always they are all there; else what is beyond the bound is read a few at a time.
    const held = few.length === known.length ? new Map(few.map((fact) => [fact.position, fact])) : null;
    const all = held ? few.map((fact) => ({ ...fact, bytes: 0 })) : await placesOf(this.pool, known);
    const facts =
      asOf === undefined ? all : all.filter(({ occurredAt }) => occurredAt !== null && occurredAt <= asOf);
    const subject = cases.order?.subject ?? cases.channel?.subject ?? '';
    return {
      order: cases.order?.key.slice('order:'.length) ?? null,
      subject: { kind: 'order', id: subject.slice('order:'.length) },
      asOf: asOf === undefined ? null : formatInstant(asOf),
      knownAt: knownAt ?? null,
      ...(await this.pageOf(facts, held, filter)),
      state: await this.stateOf(cases, facts, held, filter),
      drifts: trailDrifts(events),
      events,
    };
  }

  /** The order in which it happened: the source's clock, then source and key. Positions only tell equals apart. */
  private async pageOf(facts: readonly FactPlace[], held: Held, { limit, cursor }: TrailFilter) {
    const after = decodeCursor(LIST, cursor, place);
    const rows = facts
      .filter((fact) => after === null || compare(placeOf(fact), after) > 0)
      .sort((a, b) => compare(placeOf(a), placeOf(b)));
    const wanted = firstWithin(rows.slice(0, limit)).map(({ position }) => position);
    const shown = held
      ? wanted.flatMap((position) => held.get(position) ?? [])
      : await this.ledger.at(wanted);
    shown.sort((a, b) => compare(placeOf(a), placeOf(b)));
    return pageWithin(
      shown,
      rows.length,
      (fact) => factView(fact, readPayload),
      (fact) => encodeCursor(LIST, placeOf(fact)),
    );
  }

  private async stateOf(cases: OrderCases, facts: readonly FactPlace[], held: Held, filter: TrailFilter) {
    if (filter.asOf === undefined && filter.knownAt === undefined)
      return halvesOf(orderStateOf(cases.order), channelStateOf(cases.channel));
    if (facts.some(({ source }) => !this.sources.get(source))) await this.sources.reload();
    const keys = { order: cases.order?.key ?? null, channel: cases.channel?.key ?? null };
    const { mapping = noMappings } = (await this.inForce.read()) ?? {};
    const folding = new Refold(keys, this.sources, mapping);
    if (held) folding.take(facts.flatMap(({ position }) => held.get(position) ?? []));
    else for await (const some of factsOf(this.ledger, facts)) folding.take(some);
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
