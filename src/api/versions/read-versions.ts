import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { type TableName, tableNames } from '../../domain/mapping/tables';
import { Drafts } from '../../projections/drafts';
import type { Page } from '../lists/page';
import { tableUnknown } from '../refusals';
import type { MappingSummary, MappingView, PolicyView } from './version-schema';
import { mappingSummary, mappingView, policyView } from './version-view';

export class ListMappings extends Query<Page<MappingSummary>> {}

export class GetMapping extends Query<MappingView> {
  constructor(readonly name: string) {
    super();
  }
}

export class GetPolicy extends Query<PolicyView> {}

@QueryHandler(ListMappings)
export class ListMappingsHandler implements IQueryHandler<ListMappings> {
  constructor(private readonly drafts: Drafts) {}

  /** There are few tables, and always the same: one page. */
  async execute(): Promise<Page<MappingSummary>> {
    return { items: (await this.drafts.tables()).map(mappingSummary), nextCursor: null };
  }
}

@QueryHandler(GetMapping)
export class GetMappingHandler implements IQueryHandler<GetMapping> {
  constructor(private readonly drafts: Drafts) {}

  async execute({ name }: GetMapping): Promise<MappingView> {
    return mappingView(this.drafts, await this.drafts.table(tableNamed(name)));
  }
}

@QueryHandler(GetPolicy)
export class GetPolicyHandler implements IQueryHandler<GetPolicy> {
  constructor(private readonly drafts: Drafts) {}

  async execute(): Promise<PolicyView> {
    return policyView(this.drafts, await this.drafts.policy());
  }
}

export function tableNamed(text: string): TableName {
  const name = tableNames.find((each) => each === text);
  if (name === undefined) throw tableUnknown(text, tableNames);
  return name;
}
