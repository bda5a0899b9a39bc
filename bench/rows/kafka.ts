/** From topics of Kafka to drifts: how fast what waits there is recorded and folded, and how soon a drift is seen. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Figure, grouped, withUnit } from '../support/figure';
import { type Broker, withBroker } from '../support/kafka';
import { type Lab, type Measurement, subfolder } from '../support/lab';
import { type Load, PER_SECOND, SLOTS_PER_SECOND, planLoad } from '../support/load';
import { type Service, startService } from '../support/service';
import { sources } from '../support/sources';
import { median, percentile, timed } from '../support/statistics';
import { trading } from '../support/trading';

const MOST_WAITING = 100_000;
const PARTITIONS = 3;
const TOGETHER = 1_000;
const POLL_MS = 10;
const PATIENCE_MS = 120_000;

const topicOf = (source: string) => `bench.${source}`;

export const kafka: Measurement = {
  rows: [
    { name: 'kafka', what: 'messages that wait in Kafka, until they are recorded and folded' },
    { name: 'kafka-drift', what: 'message taken by Kafka to visible drift at 1,000 messages/s, p99' },
  ],
  measure: (lab) =>
    withBroker(lab, (broker) => measure(lab, broker)).catch((error: unknown) => {
      lab.signal.throwIfAborted();
      throw new Error(`kafka: ${(error as Error).message}`, { cause: error });
    }),
};

async function measure(lab: Lab, broker: Broker): Promise<Figure[]> {
  const { admin, producer, brokers } = broker;
  const topics = Object.fromEntries(sources.map(({ name }) => [topicOf(name), name]));
  await admin.createTopics({
    waitForLeaders: true,
    topics: Object.keys(topics).map((topic) => ({ topic, numPartitions: PARTITIONS })),
  });
  const waiting = Math.min(MOST_WAITING, lab.facts);
  const messages = trading(waiting, (lab.seconds + 1) * PER_SECOND * 2);
  lab.say(`kafka: ${grouped(waiting)} messages are sent to the broker`);
  await fill(producer, messages, waiting);
  const readSeconds = await timed(() => readAll(broker, waiting));

  const config = path.join(lab.folder, 'kafka.json');
  writeFileSync(config, JSON.stringify({ sources, kafka: { topics } }));
  const env = { KAFKA_BROKERS: brokers, TALLYSTICK_CONFIG: config };
  const service = await startService(lab, subfolder(lab, 'kafka-service'), env);
  try {
    const foldSeconds = await timed(() => untilFolded(service, waiting));
    lab.say(`kafka: ${grouped(waiting / foldSeconds)} messages/s`);
    const load = planLoad(messages, lab.seconds);
    const seenMs = await offer(broker, service, load, lab.signal);
    const { peakMiB } = await service.stop();
    return figures({ waiting, readSeconds, foldSeconds, seenMs, peakMiB, seconds: lab.seconds });
  } catch (error) {
    await service.stop();
    throw error;
  }
}

function figures(taken: {
  waiting: number;
  readSeconds: number;
  foldSeconds: number;
  seenMs: number[];
  peakMiB: number;
  seconds: number;
}): Figure[] {
  const { waiting, readSeconds, foldSeconds, seenMs, peakMiB, seconds } = taken;
  return [
    {
      row: 'kafka',
      what: 'waiting in Kafka until recorded and folded / a consumer that only reads',
      ceiling: `reading ${grouped(waiting / readSeconds)} messages/s`,
      result: `${grouped(waiting / foldSeconds)} messages/s of ${grouped(waiting)}; service peak ${grouped(peakMiB)} MiB`,
      measured: readSeconds / foldSeconds,
      unit: 'ratio',
      better: 'higher',
      required: 0.02,
      aim: 0.1,
      runs: { readSeconds: [readSeconds], foldSeconds: [foldSeconds] },
    },
    {
      row: 'kafka-drift',
      what: `taken by Kafka to visible drift at ${grouped(PER_SECOND)} messages/s, p99`,
      ceiling: null,
      result: `p50 ${withUnit(median(seenMs), 'ms')} of ${seenMs.length} drifts in ${seconds} s`,
      measured: percentile(seenMs, 99),
      unit: 'ms',
      better: 'lower',
      required: 1_000,
      aim: 250,
      runs: { seenMs: seenMs.map(Math.round) },
    },
  ];
}

async function fill(
  producer: Broker['producer'],
  messages: Iterator<{ source: string; body: string }>,
  count: number,
): Promise<void> {
  for (let sent = 0; sent < count;) {
    const values = new Map<string, { value: string }[]>();
    for (const end = Math.min(count, sent + TOGETHER); sent < end; sent++) {
      const next = messages.next();
      if (next.done) throw new Error('trading ended too early');
      const { source, body } = next.value;
      values.set(source, [...(values.get(source) ?? []), { value: body }]);
    }
    const topicMessages = [...values].map(([source, each]) => ({ topic: topicOf(source), messages: each }));
    await producer.sendBatch({ topicMessages });
  }
}

/** The ceiling: the same client, with nothing to do. */
async function readAll({ kafka: client }: Broker, count: number): Promise<void> {
  const consumer = client.consumer({ groupId: 'bench-ceiling', maxWaitTimeInMs: 200 });
  await consumer.connect();
  await consumer.subscribe({ topics: sources.map(({ name }) => topicOf(name)), fromBeginning: true });
  let read = 0;
  await new Promise<void>((resolve, reject) => {
    consumer.on('consumer.crash', ({ payload }) => reject(payload.error));
    const eachBatch = ({ batch }: { batch: { messages: readonly unknown[] } }) => {
      read += batch.messages.length;
      if (read >= count) resolve();
      return Promise.resolve();
    };
    consumer.run({ eachBatch }).catch(reject);
  });
  await consumer.disconnect();
}

interface Status {
  ledger: { position: number };
  projections: [{ lag: number }];
  kafka: { lag: number | null }[];
}

async function untilFolded({ http }: Service, count: number): Promise<void> {
  const giveUp = performance.now() + PATIENCE_MS;
  for (; ; await delay(100)) {
    const { status, body } = await http.get('/v1/status');
    if (status === 200) {
      const { ledger, projections, kafka: lags } = JSON.parse(body) as Status;
      const read = lags.length > 0 && lags.every(({ lag }) => lag === 0);
      if (read && ledger.position >= count && projections[0].lag === 0) return;
    }
    if (performance.now() > giveUp) throw new Error(`after ${PATIENCE_MS} ms not all is folded: ${body}`);
  }
}

/** What opens a drift of an order is looked for from when the broker has it; others need a position, which Kafka does not tell. */
async function offer(broker: Broker, service: Service, load: Load, signal: AbortSignal): Promise<number[]> {
  const started = performance.now();
  const seen: Promise<number>[] = [];
  for (const [slot, requests] of load.entries()) {
    signal.throwIfAborted();
    await delay(Math.max(0, started + (slot * 1_000) / SLOTS_PER_SECOND - performance.now()));
    const topicMessages = requests.map(({ path: place, body }) => ({
      topic: topicOf(place.split('/')[3] ?? ''),
      messages: [{ value: body }],
    }));
    await broker.producer.sendBatch({ topicMessages });
    const taken = performance.now();
    for (const { opens } of requests) {
      const query = opens?.(0) ?? '';
      if (query.startsWith('detector=order-rejected')) seen.push(untilSeen(service, query, taken));
    }
  }
  return Promise.all(seen);
}

async function untilSeen({ http }: Service, query: string, since: number): Promise<number> {
  for (; ; await delay(POLL_MS)) {
    const { status, body } = await http.get(`/v1/drifts?${query}&status=all&limit=1`);
    const now = performance.now();
    if (status === 200 && (JSON.parse(body) as { items: unknown[] }).items.length > 0) return now - since;
    if (now - since > PATIENCE_MS) throw new Error(`its drift is not visible: ${query}`);
  }
}
