import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { configurableKinds } from '../../domain/sources/registry';
import type { Ledger } from '../../ledger/port';
import { badRequest, conflict } from '../../platform/http/errors';
import type { ProjectionSource } from '../../projections/settings';
import type { Configured, SourceBook } from '../../projections/sources';
import { LEDGER, SOURCES } from '../tokens';
import { type ConfiguredView, sourceView } from './source-schema';

export class ConfigureSource extends Command<ConfiguredView> {
  constructor(
    readonly source: ProjectionSource,
    readonly actor: string,
  ) {
    super();
  }
}

/** Records a `source.configured` fact when something changes. */
@CommandHandler(ConfigureSource)
export class ConfigureSourceHandler implements ICommandHandler<ConfigureSource> {
  constructor(
    @Inject(SOURCES) private readonly sources: SourceBook,
    @Inject(LEDGER) private readonly ledger: Ledger,
  ) {}

  async execute({ source, actor }: ConfigureSource): Promise<ConfiguredView> {
    // Another replica may have configured it meanwhile.
    await this.sources.reload();
    const before = this.sources.get(source.name);
    const outcome = await this.sources.configure(source, actor);
    if (!outcome.ok) throw refusal(outcome);
    const facts = before && outcome.changed ? await this.ledger.find({ source: source.name, limit: 1 }) : [];
    return {
      ...sourceView(source),
      changed: outcome.changed,
      takesEffect: facts.length > 0 ? 'next-replay' : 'now',
    };
  }
}

function refusal(refused: Extract<Configured, { ok: false }>) {
  const { code, detail } = refused;
  const sentence = `${detail.charAt(0).toUpperCase()}${detail.slice(1)}.`;
  switch (code) {
    case 'kind-changed':
      return conflict(code, 'A source keeps its kind', sentence);
    case 'kind-unknown':
      return badRequest(code, 'There is no such kind', sentence, { members: { known: configurableKinds } });
    case 'name-reserved':
      return badRequest(code, 'The name is reserved', sentence);
    case 'mapping-invalid':
      return badRequest(code, 'The mapping cannot be used', sentence, {
        members: { errors: refused.problems.map(({ place, reason }) => ({ path: place, message: reason })) },
      });
  }
}
