import { type DynamicModule, Module, type Provider, type Type } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import type { Pool } from 'pg';
import { Registry } from 'prom-client';
import type { Ledger } from '../ledger/port';
import type { Config } from '../platform/config';
import { DeadlineInterceptor } from '../platform/http/deadline.interceptor';
import { MemoryBudget } from '../platform/http/memory-budget';
import { ProblemFilter } from '../platform/http/problem';
import type { KafkaLag } from '../platform/kafka/lag';
import type { Log } from '../platform/logging';
import { Readiness } from '../platform/readiness';
import type { TraceBook } from '../platform/traces/trace-book';
import { Drafts } from '../projections/drafts';
import { Imports } from '../projections/imports';
import { InForceBook } from '../projections/in-force';
import { Replays } from '../projections/replays';
import type { SourceBook } from '../projections/sources';
import { VersionBook } from '../projections/versions';
import { AlertsController } from './alerts/alerts.controller';
import { ListAlertsHandler } from './alerts/list-alerts';
import { ResendAlertHandler } from './alerts/resend-alert';
import { ActOnClusterHandler } from './clusters/act-on-cluster';
import { ClustersController } from './clusters/clusters.controller';
import { GetClusterHandler, ListClustersHandler } from './clusters/read-clusters';
import { CustomersController } from './customers/customers.controller';
import { GetCustomerHandler } from './customers/get-customer';
import { GetDigestHandler } from './digest/digest';
import { DigestController } from './digest/digest.controller';
import { ActOnDriftHandler } from './drifts/act-on-drift';
import { DriftsController } from './drifts/drifts.controller';
import { GetDriftHandler } from './drifts/get-drift';
import { ListDriftsHandler } from './drifts/list-drifts';
import { ReadModels } from './entities/read-models';
import { HealthController } from './health/health.controller';
import { GetFactHandler } from './ledger/get-fact';
import { GetProofHandler } from './ledger/get-proof';
import { BeginImportHandler, EndImportHandler, ListImportsHandler } from './imports/imports';
import { ImportsController } from './imports/imports.controller';
import { LedgerController } from './ledger/ledger.controller';
import { ListFactsHandler } from './ledger/list-facts';
import { VerifyLedgerHandler } from './ledger/verify-ledger';
import { ListMatchesHandler } from './matches/list-matches';
import { MatchesController } from './matches/matches.controller';
import { Metrics } from './metrics/metrics';
import { MetricsController } from './metrics/metrics.controller';
import { OpenApi, OpenApiController } from './openapi/openapi.controller';
import { GetOrderHandler } from './orders/get-order';
import { GetTrailHandler } from './orders/get-trail';
import { OrdersController } from './orders/orders.controller';
import { GetProductHandler } from './products/get-product';
import { ProductsController } from './products/products.controller';
import { ListQuarantineHandler } from './quarantine/list-quarantine';
import { QuarantineController } from './quarantine/quarantine.controller';
import { DiscardReplayHandler, PromoteReplayHandler } from './replays/decide-replay';
import { GetReplayHandler } from './replays/get-replay';
import { ListDifferencesHandler } from './replays/list-differences';
import { ReplaysController } from './replays/replays.controller';
import { StartReplayHandler } from './replays/start-replay';
import { validation } from './requests/validation';
import { ConfigureSourceHandler } from './sources/configure-source';
import { ListSourcesHandler } from './sources/list-sources';
import { SourcesController } from './sources/sources.controller';
import { GetStatusHandler } from './status/get-status';
import { StatusController } from './status/status.controller';
import { ExplainStockHandler } from './stock/explain-stock';
import { GetStockHandler } from './stock/get-stock';
import { GetStockTrailHandler } from './stock/get-stock-trail';
import { StockController } from './stock/stock.controller';
import {
  CONFIG,
  KAFKA_LAG,
  LEDGER,
  LOGGER,
  MEMORY_BUDGET,
  POOL,
  READINESS,
  REGISTRY,
  SOURCES,
  TRACES,
} from './tokens';
import { DraftMappingHandler, DraftPolicyHandler } from './versions/draft-version';
import { MappingsController } from './versions/mappings.controller';
import { PolicyController } from './versions/policy.controller';
import { GetMappingHandler, GetPolicyHandler, ListMappingsHandler } from './versions/read-versions';
import { CheckpointWatch } from './visibility/checkpoint-watch';
import { ReadModelInterceptor } from './visibility/read-model.interceptor';

/** What the application is made of. All of it stays the caller's: closing the application closes none of it. */
export interface AppParts {
  config: Config;
  /** With limits of its own (`ANSWERS_SOON`): what is waited for longer than a caller waits is in the way of others. */
  pool: Pool;
  ledger: Ledger;
  sources: SourceBook;
  replays: Replays;
  logger: Log;
  /** Absent where nothing is read from Kafka. */
  kafkaLag?: KafkaLag | null;
  /** Told which request brought which facts; absent where nobody takes any. */
  traces?: TraceBook;
  /** What else must hold for the service to be ready; nothing unless set. */
  readiness?: Readiness;
  /** Longest time until an answer of a route that says nothing else. */
  answerMs?: number;
  /** Where figures are kept; by default one of its own. */
  registry?: Registry;
  /** Modules of other faces that share the server (ingest), which this one may not import. */
  modules?: readonly (Type | DynamicModule)[];
}

const controllers: Type[] = [
  AlertsController,
  ClustersController,
  CustomersController,
  DigestController,
  DriftsController,
  HealthController,
  ImportsController,
  LedgerController,
  MappingsController,
  MatchesController,
  MetricsController,
  OpenApiController,
  OrdersController,
  PolicyController,
  ProductsController,
  QuarantineController,
  ReplaysController,
  SourcesController,
  StatusController,
  StockController,
];

/** What every replica answers, whatever its roles. */
const everywhere: Type[] = [HealthController, MetricsController, StatusController];

const handlers: Type[] = [
  ActOnClusterHandler,
  ActOnDriftHandler,
  BeginImportHandler,
  ConfigureSourceHandler,
  DiscardReplayHandler,
  DraftMappingHandler,
  DraftPolicyHandler,
  EndImportHandler,
  GetCustomerHandler,
  GetClusterHandler,
  GetDigestHandler,
  GetDriftHandler,
  GetFactHandler,
  GetMappingHandler,
  GetOrderHandler,
  GetPolicyHandler,
  GetProductHandler,
  GetProofHandler,
  GetReplayHandler,
  ListDifferencesHandler,
  GetStatusHandler,
  ExplainStockHandler,
  GetStockHandler,
  GetStockTrailHandler,
  GetTrailHandler,
  ListAlertsHandler,
  ResendAlertHandler,
  ListClustersHandler,
  ListDriftsHandler,
  ListFactsHandler,
  ListImportsHandler,
  ListMappingsHandler,
  ListMatchesHandler,
  ListQuarantineHandler,
  ListSourcesHandler,
  PromoteReplayHandler,
  StartReplayHandler,
  VerifyLedgerHandler,
];

@Module({})
export class AppModule {
  static register(parts: AppParts): DynamicModule {
    const inForce = new InForceBook(parts.pool);
    const drafts = new Drafts(new VersionBook(parts.ledger), inForce, parts.sources);
    const readiness = parts.readiness ?? new Readiness();
    readiness.add('ledger-clock', async () => (await parts.ledger.clock()).refusal?.message ?? null);
    const shared: Provider[] = [
      { provide: CONFIG, useValue: parts.config },
      { provide: POOL, useValue: parts.pool },
      { provide: LEDGER, useValue: parts.ledger },
      { provide: SOURCES, useValue: parts.sources },
      { provide: LOGGER, useValue: parts.logger },
      { provide: KAFKA_LAG, useValue: parts.kafkaLag ?? null },
      { provide: TRACES, useValue: parts.traces ?? null },
      { provide: READINESS, useValue: readiness },
      { provide: MEMORY_BUDGET, useValue: new MemoryBudget() },
      { provide: REGISTRY, useValue: parts.registry ?? new Registry() },
    ];
    return {
      module: AppModule,
      global: true,
      imports: [CqrsModule.forRoot(), ...(parts.modules ?? [])],
      controllers: parts.config.roles.includes('api') ? controllers : everywhere,
      providers: [
        ...shared,
        ...handlers,
        CheckpointWatch,
        { provide: Drafts, useValue: drafts },
        { provide: Imports, useValue: new Imports(parts.pool, parts.ledger) },
        { provide: InForceBook, useValue: inForce },
        { provide: Replays, useValue: parts.replays },
        Metrics,
        OpenApi,
        ReadModels,
        { provide: APP_FILTER, useClass: ProblemFilter },
        // The first one: what the next waits for counts.
        { provide: APP_INTERCEPTOR, useValue: new DeadlineInterceptor(parts.answerMs) },
        { provide: APP_INTERCEPTOR, useClass: ReadModelInterceptor },
        { provide: APP_PIPE, useValue: validation },
      ],
      exports: [CONFIG, POOL, LEDGER, SOURCES, LOGGER, MEMORY_BUDGET, TRACES],
    };
  }
}
