import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Replays } from '../../projections/replays';
import { refusing } from '../refusing';
import type { ReplayView } from './replay-schema';
import { replayView } from './replay-view';

export class GetReplay extends Query<ReplayView> {
  constructor(readonly id: number) {
    super();
  }
}

@QueryHandler(GetReplay)
export class GetReplayHandler implements IQueryHandler<GetReplay> {
  constructor(private readonly replays: Replays) {}

  execute({ id }: GetReplay): Promise<ReplayView> {
    return refusing(() => replayView(this.replays, id));
  }
}
