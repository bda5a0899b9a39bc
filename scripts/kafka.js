/**
 * `npm run kafka`: a real Apache Kafka broker on this machine's loopback, for developers and CI: no container, no download
 * page. The jars come through Maven, as it is configured here; one process is broker and controller (KRaft).
 */
'use strict';
const { parseArgs } = require('node:util');
const path = require('node:path');
const broker = require('./kafka/broker');
const records = require('./kafka/records');

const HELP = `Usage: npm run kafka [-- COMMAND] [OPTIONS]

Commands:
  start    start a broker, wait until it answers, print KAFKA_BROKERS=HOST:PORT (default)
  stop     end it and wait until it is gone; what was sent stays
  status   print KAFKA_BROKERS and succeed if it answers, else fail
  remove   stop it and forget what was sent

  topic NAME…   make topics, of three partitions
  send TOPIC    send each line of standard input as a record
  read TOPIC    print what is in it, a value a line

Options:
  --port PORT        listen there (default: the port of the last start, else a free one)
  --data FOLDER      where its data, its log and its process number are (default: .kafka/data)
  --config FILE      broker settings (NAME=VALUE) added to those of the first start
  --scram USER:PASS  an account for SCRAM-SHA-256 and SCRAM-SHA-512, made at the first start

Examples:
  npm run kafka                              # KAFKA_BROKERS=127.0.0.1:40123
  export $(npm run --silent kafka) && npm test
  npm run kafka -- start --port 9092
  npm run kafka -- topic prima.documents scend.events
  npm run --silent kafka -- send prima.documents < documents.ndjson
  npm run kafka -- stop

topic, send and read go to KAFKA_BROKERS where it is set.

It needs Java 17 or later, and Maven at the first start (Debian: default-jre-headless, maven).`;

async function main() {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      port: { type: 'string' },
      data: { type: 'string' },
      config: { type: 'string' },
      scram: { type: 'string' },
    },
  });
  const [command = 'start', ...others] = positionals;
  if (values.help) return console.log(HELP);
  const data = path.resolve(values.data ?? path.join(__dirname, '..', '.kafka', 'data'));
  if (Object.hasOwn(records.commands, command)) {
    const at = process.env.KAFKA_BROKERS || (await broker.status({ data })).replace('KAFKA_BROKERS=', '');
    return say(await records.run(command, at.split(','), others));
  }
  if (others.length > 0 || !Object.hasOwn(broker, command)) throw new Error(`No such command.\n\n${HELP}`);
  if (values.port !== undefined && !/^[1-9]\d{0,4}$/.test(values.port))
    throw new Error('--port must be a port number, such as 9092');
  say(await broker[command]({ ...values, data }));
}

function say(text) {
  if (text) console.log(text);
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
