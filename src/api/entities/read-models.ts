import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Client, type ClientConfig, type Pool } from 'pg';
import { DataSource, type EntityTarget, type ObjectLiteral, type Repository } from 'typeorm';
import type { Log } from '../../platform/logging';
import { isDatabaseAway } from '../../platform/pools';
import { LOGGER, POOL } from '../tokens';
import { AlertEntity } from './alert.entity';
import { CaseEntity } from './case.entity';
import { DriftEntity } from './drift.entity';

/** Connections beside the pool's own, for the lists that are asked through entities. */
const CONNECTIONS = 5;

/**
 * Closes itself when it is given up for the server's silence. TypeORM takes it back into its pool, and whoever got it next would wait
 * behind the statement that is never answered.
 */
class ClosingClient extends Client {
  constructor(config?: ClientConfig) {
    super(config);
    const query = this.query.bind(this) as (...args: unknown[]) => unknown;
    const closing = (...args: unknown[]) => {
      const answer = query(...args);
      if (answer instanceof Promise)
        answer.catch((error: unknown) => {
          if (isDatabaseAway(error)) this.connection.stream.destroy();
        });
      return answer;
    };
    this.query = closing as typeof this.query;
  }
}

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
      connectTimeoutMS: pool.options.connectionTimeoutMillis,
      extra: {
        Client: ClosingClient,
        statement_timeout: pool.options.statement_timeout,
        query_timeout: pool.options.query_timeout,
        options: '-c plan_cache_mode=force_custom_plan',
      },
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
