'use strict';
const net = require('node:net');
const { Kafka, logLevel } = require('kafkajs');

/** A port of loopback that nobody listens on. */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/**
 * Whether a broker answers there: not that the port is open, but that it knows itself as part of a cluster, and can serve groups,
 * for which it makes a topic when it is asked first.
 */
async function answers(brokers) {
  const kafka = new Kafka({
    clientId: 'tallystick-start',
    brokers: [brokers],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 2_000,
    requestTimeout: 5_000,
    retry: { retries: 0 },
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    if ((await admin.describeCluster()).brokers.length === 0) return false;
    await admin.fetchOffsets({ groupId: 'tallystick-start' });
    return true;
  } catch {
    return false;
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

module.exports = { freePort, answers };
