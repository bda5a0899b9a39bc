import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadConfig } from '../../src/platform/config';
import { QUICK, kafkaClient } from '../../src/platform/kafka/client';
import { topicNames } from '../../src/platform/kafka/topic-names';
import { createLogger } from '../../src/platform/logging';
import { testKafka } from '../support/kafka';
import { OwnBroker, needsOwnBroker } from '../support/own-broker';

const PASSWORD = 'changeit-1';

/** A broker that wants TLS and, on a listener of its own, an account as well. */
describe('Kafka over TLS and SASL', () => {
  let folder: string;
  let broker: OwnBroker | null = null;
  let topic = '';
  const ports = { tls: 0, sasl: 0 };
  let logged = '';
  const log = createLogger('debug', { write: (line) => void (logged += line) });

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'tallystick-tls-'));
  });
  afterAll(async () => {
    await broker?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Once: a broker takes seconds to start. */
  async function started(): Promise<void> {
    if (broker) return;
    const [tls, sasl] = await freePorts();
    Object.assign(ports, { tls, sasl });
    const store = path.join(folder, 'broker.p12');
    keytool('-genkeypair', '-keyalg', 'RSA', '-dname', 'CN=127.0.0.1', '-ext', 'SAN=ip:127.0.0.1', store);
    const pem = keytool('-exportcert', '-rfc', store);
    writeFileSync(path.join(folder, 'ca.pem'), pem);
    const settings = path.join(folder, 'settings');
    writeFileSync(
      settings,
      [
        `listeners=SSL://127.0.0.1:${tls},SASL_SSL://127.0.0.1:${sasl}`,
        'listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_SSL:SASL_SSL',
        `ssl.keystore.location=${store}`,
        'ssl.keystore.type=PKCS12',
        `ssl.keystore.password=${PASSWORD}`,
        'sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
        `listener.name.sasl_ssl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_alice="${PASSWORD}";`,
        'listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;',
        'listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;',
      ].join('\n'),
    );
    broker = await OwnBroker.start('--config', settings, '--scram', `alice:${PASSWORD}`);
    const kafka = await testKafka([broker.brokers]);
    topic = await kafka.topic();
    await kafka.close();
  }

  function keytool(...args: string[]): string {
    const store = args.pop() ?? '';
    const common = ['-keystore', store, '-storetype', 'PKCS12', '-storepass', PASSWORD, '-alias', 'broker'];
    return execFileSync('keytool', [...args, ...common], { encoding: 'utf8', stdio: 'pipe' });
  }

  function names(kafka: object, port: number): Promise<ReadonlySet<string>> {
    writeFileSync(path.join(folder, 'tallystick.json'), JSON.stringify({ kafka }));
    const env = { KAFKA_BROKERS: `127.0.0.1:${port}`, KAFKA_PASSWORD: PASSWORD };
    return topicNames(kafkaClient(loadConfig(env, folder), randomUUID(), log, QUICK));
  }

  const password = { env: 'KAFKA_PASSWORD' };

  needsOwnBroker('trusts the authority that the configuration names', async () => {
    await started();
    expect(await names({ tls: { ca: 'ca.pem' } }, ports.tls)).toContain(topic);
  });

  needsOwnBroker('trusts nobody else', async () => {
    await started();
    await expect(names({ tls: true }, ports.tls)).rejects.toThrow(/self[- ]signed certificate/);
  });

  for (const mechanism of ['plain', 'scram-sha-256', 'scram-sha-512']) {
    needsOwnBroker(`is let in with ${mechanism}, and nothing that is logged tells the password`, async () => {
      await started();
      const sasl = { mechanism, username: 'alice', password };
      expect(await names({ tls: { ca: 'ca.pem' }, sasl }, ports.sasl)).toContain(topic);
      const wrong = { ...sasl, password: 'wrong-password' };
      await expect(names({ tls: { ca: 'ca.pem' }, sasl: wrong }, ports.sasl)).rejects.toThrow();
      expect(logged).not.toContain(PASSWORD);
      expect(logged).not.toContain('wrong-password');
    });
  }
});

async function freePorts(): Promise<[number, number]> {
  const { createServer } = await import('node:net');
  const servers = [createServer(), createServer()];
  const found: number[] = [];
  for (const server of servers) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    found.push((server.address() as { port: number }).port);
  }
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return [found[0] ?? 0, found[1] ?? 0];
}
