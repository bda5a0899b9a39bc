/** Connections to the brokers as they are configured. Nothing of kafkajs is kept or changed beyond this folder and its callers. */
import type { ConnectionOptions } from 'node:tls';
import { Kafka, type KafkaConfig, type LogEntry, type SASLOptions, logLevel } from 'kafkajs';
import type { Config } from '../config';
import type { Log } from '../logging';
import { installCodecs } from './codecs';

export type KafkaSettings = Pick<Config, 'kafkaBrokers' | 'kafka'>;

/** A caller that waits longer than these few tries is told, and comes back by itself. */
export const RETRY = { initialRetryTime: 200, maxRetryTime: 2_000, multiplier: 2, factor: 0.2, retries: 5 };

/** For questions that are asked again anyway. */
export const QUICK = { ...RETRY, retries: 1 };

/**
 * @param purpose is added to the client's name, by which a broker's log and quotas know it
 * @param retry of connecting, too: what a consumer, producer or admin is given is for its requests alone
 */
export function kafkaClient(settings: KafkaSettings, purpose: string, log: Log, retry = RETRY): Kafka {
  installCodecs();
  return new Kafka({ ...clientOptions(settings, purpose, log), retry });
}

export function clientOptions(
  { kafkaBrokers, kafka }: KafkaSettings,
  purpose: string,
  log: Log,
): KafkaConfig {
  const { sasl, tls } = kafka;
  return {
    brokers: [...kafkaBrokers],
    clientId: `${kafka.clientId}-${purpose}`,
    ssl: tls ? tlsOptions(tls) : false,
    sasl: sasl
      ? // The three mechanisms have the same form, which a union of them cannot say.
        ({
          mechanism: sasl.mechanism,
          username: sasl.username,
          password: sasl.password.reveal(),
        } as SASLOptions)
      : undefined,
    connectionTimeout: 5_000,
    authenticationTimeout: 10_000,
    requestTimeout: 20_000,
    logLevel: logLevel.INFO,
    logCreator: () => (entry) => say(log, entry),
  };
}

function tlsOptions({ ca, cert, key }: NonNullable<KafkaSettings['kafka']['tls']>): ConnectionOptions {
  return {
    ...(ca === null ? {} : { ca: [ca] }),
    ...(cert === null || key === null ? {} : { cert, key: key.reveal() }),
  };
}

/** What is unwise or without effect in the configuration, one sentence each. */
export function kafkaWarnings({ kafkaBrokers, kafka }: KafkaSettings): string[] {
  const warnings: string[] = [];
  const wanted = Object.keys(kafka.topics).length > 0 || kafka.publish !== null;
  if (wanted && kafkaBrokers.length === 0)
    warnings.push(
      'kafka: is configured, but KAFKA_BROKERS is not set: nothing is read from Kafka or published',
    );
  if (!wanted && kafkaBrokers.length > 0)
    warnings.push('KAFKA_BROKERS is set, but kafka: names neither topics nor publish: Kafka is not used');
  if (kafkaBrokers.length > 0 && kafka.sasl && !kafka.tls)
    warnings.push(
      `kafka.sasl without kafka.tls: ${kafka.sasl.mechanism === 'plain' ? 'the password goes' : 'messages go'} over the network unencrypted`,
    );
  return warnings;
}

/** kafkajs calls an error what it then tries again; for us that is a warning, and its chatter is for who looks for it. */
function say(log: Log, { level, namespace, log: entry }: LogEntry): void {
  const { message, error, broker, groupId, topic, partition, offset, retryCount } = entry as Record<
    string,
    unknown
  >;
  const fields = {
    kafka: namespace,
    error: textOf(error),
    broker,
    groupId,
    topic,
    partition,
    offset,
    retryCount,
  };
  log[level <= logLevel.WARN ? 'warn' : 'debug'](fields, String(message));
}

function textOf(error: unknown): unknown {
  return error instanceof Error ? error.message : error;
}
