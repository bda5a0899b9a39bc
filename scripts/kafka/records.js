/** What one needs to try a topic by hand: make it, write lines to it, read it. On the broker of a data folder, or KAFKA_BROKERS. */
'use strict';
const { once } = require('node:events');
const { createInterface } = require('node:readline');
const { Kafka, Partitioners, logLevel } = require('kafkajs');

/** A broker refuses more than a megabyte at once. */
const TOGETHER_BYTES = 500_000;

async function topic({ kafka, names }) {
  return using(kafka.admin(), async (admin) => {
    const made = await admin.createTopics({
      waitForLeaders: true,
      topics: names.map((name) => ({ topic: name, numPartitions: 3 })),
    });
    return made ? `Made with 3 partitions: ${names.join(', ')}` : `There already: ${names.join(', ')}`;
  });
}

/** Each line of standard input is a record. */
async function send({ kafka, names: [name] }) {
  return using(kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner }), async (producer) => {
    let count = 0;
    let bytes = 0;
    let messages = [];
    const flush = async () => {
      if (messages.length > 0) await producer.send({ topic: name, messages });
      count += messages.length;
      messages = [];
      bytes = 0;
    };
    for await (const line of createInterface({ input: process.stdin })) {
      if (line.trim() === '') continue;
      messages.push({ value: line });
      bytes += line.length;
      if (bytes > TOGETHER_BYTES) await flush();
    }
    await flush();
    return `Sent ${count} records to ${name}.`;
  });
}

/** Prints what is in a topic now, a value a line, and ends. */
async function read({ kafka, names: [name] }) {
  const left = await using(kafka.admin(), async (admin) => {
    const ends = await admin.fetchTopicOffsets(name);
    return new Map(
      ends.filter(({ high, low }) => high !== low).map((end) => [end.partition, Number(end.high)]),
    );
  });
  const groupId = `read-${process.pid}-${Date.now()}`;
  if (left.size === 0) return;
  await using(kafka.consumer({ groupId, maxWaitTimeInMs: 200 }), async (consumer) => {
    await consumer.subscribe({ topics: [name], fromBeginning: true });
    await new Promise((resolve, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
      const eachMessage = async ({ partition, message }) => {
        if (!process.stdout.write(`${message.value}\n`)) await once(process.stdout, 'drain');
        if (Number(message.offset) + 1 >= (left.get(partition) ?? 0)) left.delete(partition);
        if (left.size === 0) resolve();
      };
      consumer.run({ autoCommit: false, eachMessage }).catch(reject);
    });
  });
  await using(kafka.admin(), (admin) => admin.deleteGroups([groupId]));
}

async function using(client, work) {
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.disconnect();
  }
}

const commands = { topic, send, read };

function run(command, brokers, names) {
  if (names.length === 0 || (command !== 'topic' && names.length > 1))
    throw new Error(`Name ${command === 'topic' ? 'the topics' : 'one topic'}; see --help.`);
  const kafka = new Kafka({ clientId: 'tallystick-try', brokers, logLevel: logLevel.NOTHING });
  return commands[command]({ kafka, names });
}

module.exports = { commands, run };
