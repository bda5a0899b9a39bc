import {
  Command,
  CommandHandler,
  type ICommandHandler,
  type IQueryHandler,
  Query,
  QueryHandler,
} from '@nestjs/cqrs';
import { Imports } from '../../projections/imports';
import { refusing } from '../refusing';
import { type ImportView, viewOf } from './import-schema';

export class BeginImport extends Command<ImportView> {
  constructor(
    readonly actor: string,
    readonly reason: string | null,
  ) {
    super();
  }
}

export class EndImport extends Command<ImportView> {
  constructor(
    readonly actor: string,
    readonly now: boolean,
  ) {
    super();
  }
}

export class ListImports extends Query<{ items: ImportView[] }> {}

@CommandHandler(BeginImport)
export class BeginImportHandler implements ICommandHandler<BeginImport> {
  constructor(private readonly imports: Imports) {}

  execute({ actor, reason }: BeginImport): Promise<ImportView> {
    return refusing(async () => viewOf(await this.imports.begin(actor, reason), []));
  }
}

@CommandHandler(EndImport)
export class EndImportHandler implements ICommandHandler<EndImport> {
  constructor(private readonly imports: Imports) {}

  execute({ actor, now }: EndImport): Promise<ImportView> {
    return refusing(async () => {
      const ended = await this.imports.end(actor, { now });
      return viewOf(ended, await this.imports.waitingFor(ended));
    });
  }
}

/** The newest first; there are few. */
@QueryHandler(ListImports)
export class ListImportsHandler implements IQueryHandler<ListImports> {
  constructor(private readonly imports: Imports) {}

  async execute(): Promise<{ items: ImportView[] }> {
    const all = await this.imports.list();
    return {
      items: await Promise.all(all.map(async (each) => viewOf(each, await this.imports.waitingFor(each)))),
    };
  }
}
