import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Actor } from '../../platform/http/auth';
import { Drafts } from '../../projections/drafts';
import { Replays } from '../../projections/replays';
import { refusing } from '../refusing';
import type { ReplayView } from './replay-schema';
import { knownReplay, replayView } from './replay-view';

export class PromoteReplay extends Command<ReplayView> {
  constructor(
    readonly id: number,
    readonly actor: Pick<Actor, 'name' | 'verified'>,
  ) {
    super();
  }
}

export class DiscardReplay extends Command<ReplayView> {
  constructor(readonly id: number) {
    super();
  }
}

/** Puts it in the live one's place, for all of history. What it was made with is in the ledger before it is in force. */
@CommandHandler(PromoteReplay)
export class PromoteReplayHandler implements ICommandHandler<PromoteReplay> {
  constructor(
    private readonly replays: Replays,
    private readonly drafts: Drafts,
  ) {}

  execute({ id, actor }: PromoteReplay): Promise<ReplayView> {
    return refusing(async () => {
      await knownReplay(this.replays, id);
      const { made, reason, requestedBy } = await this.replays.promotable(id);
      await this.replays.mayPromote(id, actor);
      // A document that nobody drafted was written by who asked for its replay.
      const author = requestedBy ?? actor.name;
      const versions = await this.drafts.record(made, { actor: author, at: Date.now(), reason });
      await this.replays.promote(id, actor, { versions });
      return replayView(this.replays, id);
    });
  }
}

@CommandHandler(DiscardReplay)
export class DiscardReplayHandler implements ICommandHandler<DiscardReplay> {
  constructor(private readonly replays: Replays) {}

  execute({ id }: DiscardReplay): Promise<ReplayView> {
    return refusing(async () => {
      await knownReplay(this.replays, id);
      await this.replays.discard(id);
      return replayView(this.replays, id);
    });
  }
}
