import type { Kafka } from 'kafkajs';

/** Names of all topics that this client may see. */
export async function topicNames(kafka: Kafka): Promise<ReadonlySet<string>> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    return new Set(await admin.listTopics());
  } finally {
    await admin.disconnect();
  }
}
