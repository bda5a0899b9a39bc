/** Kafka as a way into the ledger: what `serve` starts where KAFKA_BROKERS and a topic map are configured. */
import type { Registry } from 'prom-client';
import type { Ledger } from '../../ledger/port';
import { type KafkaSettings, QUICK, kafkaClient } from '../../platform/kafka/client';
import { topicNames } from '../../platform/kafka/topic-names';
import type { Log } from '../../platform/logging';
import type { SourceBook } from '../../projections/sources';
import { readIngestLimits } from '../limits';
import { KafkaConsumers } from './consumers';
import { Intake } from './intake';
import { KafkaJsSource } from './kafkajs-source';
import { IntakeMeter } from './meter';
import { topicSources } from './topics';

export interface KafkaIngestParts {
  config: KafkaSettings;
  ledger: Ledger;
  sources: SourceBook;
  log: Log;
  registry: Registry;
}

/** Null where nothing is to be read. Throws ConfigError where a topic's source is not known. */
export function kafkaIngest({
  config,
  ledger,
  sources,
  log,
  registry,
}: KafkaIngestParts): KafkaConsumers | null {
  const topics = Object.keys(config.kafka.topics);
  if (config.kafkaBrokers.length === 0 || topics.length === 0) return null;
  const own = log.child({ component: 'kafka' });
  const sourceOf = topicSources(config.kafka.topics, sources);
  const limits = readIngestLimits();
  const intake = new Intake({ ledger, sourceOf, limits, log: own, meter: new IntakeMeter(registry) });
  const kafka = kafkaClient(config, 'ingest', own);
  // What asks for topics comes back by itself, and should not keep the service from ending.
  const asking = kafkaClient(config, 'ingest', own, QUICK);
  const { groupId, sessionTimeoutSeconds } = config.kafka;
  return new KafkaConsumers({
    topics,
    existing: () => topicNames(asking),
    open: (there) =>
      new KafkaJsSource({ kafka, topics: there, groupId, sessionTimeoutMs: sessionTimeoutSeconds * 1_000 }),
    take: (batch) => intake.take(batch),
    log: own,
  });
}
