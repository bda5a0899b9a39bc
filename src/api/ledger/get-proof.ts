import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { formatInstant } from '../../domain/facts/instant';
import type { Ledger } from '../../ledger/port';
import { factView } from '../facts/fact-view';
import { exactPayload } from '../facts/payload';
import { unknown } from '../refusals';
import { LEDGER } from '../tokens';
import type { ProofView } from './ledger-schema';

export class GetProof extends Query<ProofView> {
  constructor(readonly position: number) {
    super();
  }
}

@QueryHandler(GetProof)
export class GetProofHandler implements IQueryHandler<GetProof> {
  constructor(@Inject(LEDGER) private readonly ledger: Ledger) {}

  async execute({ position }: GetProof): Promise<ProofView> {
    const proof = await this.ledger.proof(position);
    if (!proof) throw unknown('fact', String(position));
    const { fact, block, leaf, path } = proof;
    return {
      fact: factView(fact, exactPayload),
      leaf: leaf.toString('hex'),
      path: path.map(({ hash, left }) => ({ hash: hash.toString('hex'), left })),
      block: {
        number: block.number,
        firstPosition: block.firstPosition,
        count: block.count,
        recordedAt: formatInstant(block.recordedAt),
        previousHash: block.previousHash.toString('hex'),
        merkleRoot: block.merkleRoot.toString('hex'),
        hash: block.hash.toString('hex'),
        version: block.version,
      },
    };
  }
}
