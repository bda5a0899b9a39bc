import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { checkedPolicy } from '../../domain/drift/checked-policy';
import { checkedMapping } from '../../domain/mapping/check';
import type { MappingDocument } from '../../domain/mapping/tables';
import type { Policy } from '../../domain/policy';
import { Inject } from '@nestjs/common';
import type { Ledger } from '../../ledger/port';
import { Drafts } from '../../projections/drafts';
import { lastFactOf } from '../../projections/last-fact';
import { Replays } from '../../projections/replays';
import type { SourceBook } from '../../projections/sources';
import { nothingDrafted } from '../refusals';
import { LEDGER, SOURCES } from '../tokens';
import { refusing } from '../refusing';
import type { ReplayBody, ReplayView } from './replay-schema';
import { replayView } from './replay-view';

export class StartReplay extends Command<ReplayView> {
  constructor(
    readonly body: ReplayBody,
    readonly actor: string,
  ) {
    super();
  }
}

/** Builds a generation with drafts beside the live one. It answers at once: how far it is, is asked of the replay. */
@CommandHandler(StartReplay)
export class StartReplayHandler implements ICommandHandler<StartReplay> {
  constructor(
    private readonly replays: Replays,
    private readonly drafts: Drafts,
    @Inject(SOURCES) private readonly sources: SourceBook,
    @Inject(LEDGER) private readonly ledger: Ledger,
  ) {}

  execute({ body, actor }: StartReplay): Promise<ReplayView> {
    return refusing(async () => {
      const [mapping, policy] = [await this.mapping(body), await this.policy(body)];
      const lastFact = body.upTo && (await lastFactOf(this.ledger, body.upTo, Date.now()));
      const id = await this.replays.start({ mapping, policy, actor, reason: body.reason, lastFact });
      return replayView(this.replays, id);
    });
  }

  private async mapping({ mapping }: ReplayBody): Promise<MappingDocument | null> {
    if (mapping === null) return null;
    if (mapping !== 'draft') {
      // Another replica may have been told of a source.
      await this.sources.reload();
      return checkedMapping(mapping, this.sources.all());
    }
    return (await this.drafts.mappingDraft()) ?? nothing('mapping');
  }

  private async policy({ policy }: ReplayBody): Promise<Policy | null> {
    if (policy !== 'draft') return policy && checkedPolicy(policy, this.sources.all());
    return (await this.drafts.policyDraft()) ?? nothing('policy');
  }
}

function nothing(what: string): never {
  throw nothingDrafted(what);
}
