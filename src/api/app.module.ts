import { type DynamicModule, Module, type Provider, type Type } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import type { Pool } from 'pg';
import type { Ledger } from '../ledger/port';
import type { Config } from '../platform/config';
import { AuthGuard } from '../platform/http/auth';
import { ProblemFilter } from '../platform/http/problem';
import type { Log } from '../platform/logging';
import type { SourceBook } from '../projections/sources';
import { ActOnDriftHandler } from './drifts/act-on-drift';
import { DriftsController } from './drifts/drifts.controller';
import { GetDriftHandler } from './drifts/get-drift';
import { ListDriftsHandler } from './drifts/list-drifts';
import { ReadModels } from './entities/read-models';
import { HealthController } from './health/health.controller';
import { validation } from './requests/validation';
import { GetStatusHandler } from './status/get-status';
import { StatusController } from './status/status.controller';
import { CONFIG, LEDGER, LOGGER, POOL, SOURCES } from './tokens';
import { CheckpointWatch } from './visibility/checkpoint-watch';
import { ReadModelInterceptor } from './visibility/read-model.interceptor';

/** What the application is made of. All of it stays the caller's: closing the application closes none of it. */
export interface AppParts {
  config: Config;
  pool: Pool;
  ledger: Ledger;
  sources: SourceBook;
  logger: Log;
  /** Modules of other faces that share the server (ingest), which this one may not import. */
  modules?: readonly (Type | DynamicModule)[];
}

const controllers: Type[] = [DriftsController, HealthController, StatusController];

const handlers: Type[] = [ActOnDriftHandler, GetDriftHandler, GetStatusHandler, ListDriftsHandler];

@Module({})
export class AppModule {
  static register(parts: AppParts): DynamicModule {
    const shared: Provider[] = [
      { provide: CONFIG, useValue: parts.config },
      { provide: POOL, useValue: parts.pool },
      { provide: LEDGER, useValue: parts.ledger },
      { provide: SOURCES, useValue: parts.sources },
      { provide: LOGGER, useValue: parts.logger },
    ];
    return {
      module: AppModule,
      global: true,
      imports: [CqrsModule.forRoot(), ...(parts.modules ?? [])],
      controllers,
      providers: [
        ...shared,
        ...handlers,
        CheckpointWatch,
        ReadModels,
        { provide: APP_GUARD, useClass: AuthGuard },
        { provide: APP_FILTER, useClass: ProblemFilter },
        { provide: APP_INTERCEPTOR, useClass: ReadModelInterceptor },
        { provide: APP_PIPE, useValue: validation },
      ],
      exports: [CONFIG, POOL, LEDGER, SOURCES, LOGGER],
    };
  }
}
