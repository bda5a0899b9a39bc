/** A broker that the benchmark owns, started by the command that developers use. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { type Admin, Kafka, Partitioners, type Producer, logLevel } from 'kafkajs';
import { type Lab, subfolder } from './lab';

const SCRIPT = path.join(__dirname, '..', '..', '..', 'scripts', 'kafka.js');
const command = promisify(execFile);

export interface Broker {
  brokers: string;
  kafka: Kafka;
  admin: Admin;
  producer: Producer;
}

/** Rejects, saying what is missing, where none can be started. */
export async function withBroker<T>(lab: Lab, work: (broker: Broker) => Promise<T>): Promise<T> {
  const data = ['--data', subfolder(lab, 'kafka')];
  const { stdout } = await command(process.execPath, [SCRIPT, 'start', ...data]);
  const brokers = stdout.trim().replace('KAFKA_BROKERS=', '');
  const kafka = new Kafka({ clientId: 'bench', brokers: [brokers], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  try {
    await admin.connect();
    await producer.connect();
    return await work({ brokers, kafka, admin, producer });
  } finally {
    await producer.disconnect();
    await admin.disconnect();
    await command(process.execPath, [SCRIPT, 'remove', ...data]);
  }
}
