import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Drafts } from '../../projections/drafts';
import type { Author } from '../../projections/versions';
import { refusing } from '../refusing';
import { tableNamed } from './read-versions';
import type { MappingView, PolicyView } from './version-schema';
import { mappingView, policyView } from './version-view';

type Drafted<V> = V & { changed: boolean };

export class DraftMapping extends Command<Drafted<MappingView>> {
  constructor(
    readonly name: string,
    readonly entries: readonly unknown[],
    readonly author: Author,
  ) {
    super();
  }
}

export class DraftPolicy extends Command<Drafted<PolicyView>> {
  constructor(
    readonly policy: unknown,
    readonly author: Author,
  ) {
    super();
  }
}

/** Records the next version of a table as a fact; nothing is in force by that. */
@CommandHandler(DraftMapping)
export class DraftMappingHandler implements ICommandHandler<DraftMapping> {
  constructor(private readonly drafts: Drafts) {}

  async execute({ name, entries, author }: DraftMapping): Promise<Drafted<MappingView>> {
    const table = tableNamed(name);
    const { changed } = await refusing(() => this.drafts.draftTable(table, entries, author));
    return { ...(await mappingView(this.drafts, await this.drafts.table(table))), changed };
  }
}

@CommandHandler(DraftPolicy)
export class DraftPolicyHandler implements ICommandHandler<DraftPolicy> {
  constructor(private readonly drafts: Drafts) {}

  async execute({ policy, author }: DraftPolicy): Promise<Drafted<PolicyView>> {
    const { changed } = await refusing(() => this.drafts.draftPolicy(policy, author));
    return { ...(await policyView(this.drafts, await this.drafts.policy())), changed };
  }
}
