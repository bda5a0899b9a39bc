import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Ledger } from '../../ledger/port';
import { type FactView, factView } from '../facts/fact-view';
import { exactPayload } from '../facts/payload';
import { unknown } from '../refusals';
import { LEDGER } from '../tokens';

export class GetFact extends Query<FactView> {
  constructor(readonly position: number) {
    super();
  }
}

@QueryHandler(GetFact)
export class GetFactHandler implements IQueryHandler<GetFact> {
  constructor(@Inject(LEDGER) private readonly ledger: Ledger) {}

  async execute({ position }: GetFact): Promise<FactView> {
    const [fact] = await this.ledger.at([position]);
    if (!fact) throw unknown('fact', String(position));
    return factView(fact, exactPayload);
  }
}
