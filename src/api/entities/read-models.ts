import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Pool } from 'pg';
import { DataSource, type EntityTarget, type ObjectLiteral, type Repository } from 'typeorm';
import type { Log } from '../../platform/logging';
import { LOGGER, POOL } from '../tokens';
import { AlertEntity } from './alert.entity';
import { CaseEntity } from './case.entity';
import { DriftEntity } from './drift.entity';

/** Connections beside the pool's own, for the lists that are asked through entities. */
const CONNECTIONS = 5;
const STATEMENT_TIMEOUT_MS = 15_000;

/** The entities of the read models on the pool's database. It changes no schema: that is done by migrations and generations. */
@Injectable()
export class ReadModels implements OnModuleInit, OnApplicationShutdown {
  private readonly source: DataSource;

  constructor(@Inject(POOL) pool: Pool, @Inject(LOGGER) logger: Log) {
    this.source = new DataSource({
      type: 'postgres',
      url: pool.options.connectionString,
      applicationName: 'tallystick read models',
      entities: [AlertEntity, CaseEntity, DriftEntity],
      synchronize: false,
      parseInt8: true,
      poolSize: CONNECTIONS,
      poolErrorHandler: (error: Error) =>
        logger.warn({ err: error }, 'an idle connection of the read models was lost'),
      extra: { statement_timeout: STATEMENT_TIMEOUT_MS, options: '-c plan_cache_mode=force_custom_plan' },
    });
  }

  of<T extends ObjectLiteral>(entity: EntityTarget<T>): Repository<T> {
    return this.source.getRepository(entity);
  }

  async onModuleInit(): Promise<void> {
    await this.source.initialize();
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.source.isInitialized) await this.source.destroy();
  }
}
