import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { ConfigError, loadConfig } from './config';
import { clientOptions, kafkaWarnings } from './kafka/client';
import { createLogger } from './logging';

describe('the kafka section of the configuration', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'tallystick-config-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function load(kafka?: object, env: Record<string, string> = {}) {
    writeFileSync(path.join(folder, 'tallystick.json'), JSON.stringify(kafka === undefined ? {} : { kafka }));
    return loadConfig({ KAFKA_BROKERS: 'one:9092, two:9092', ...env }, folder);
  }

  function problems(kafka: object, env?: Record<string, string>): string[] {
    try {
      load(kafka, env);
    } catch (error) {
      if (error instanceof ConfigError) return error.problems;
      throw error;
    }
    return [];
  }

  const log = createLogger('silent');

  it('is empty where nothing is said', () => {
    expect(load().kafka).toEqual({
      topics: {},
      groupId: 'tallystick',
      clientId: 'tallystick',
      sessionTimeoutSeconds: 10,
      tls: null,
      sasl: null,
      publish: null,
    });
  });

  it('maps topics to sources, and names what it publishes', () => {
    const config = load({ topics: { 'prima.documents': 'prima-uk' }, publish: { topic: 'drifts' } });
    expect(config.kafka.topics).toEqual({ 'prima.documents': 'prima-uk' });
    expect(config.kafka.publish).toEqual({ topic: 'drifts', source: '/tallystick' });
  });

  it('gives the client files and passwords, and shows them to nobody else', () => {
    writeFileSync(path.join(folder, 'ca.pem'), 'the authority');
    writeFileSync(path.join(folder, 'client.pem'), 'the certificate');
    writeFileSync(path.join(folder, 'client.key'), 'the private key');
    const config = load(
      {
        tls: { ca: 'ca.pem', cert: 'client.pem', key: 'client.key' },
        sasl: { mechanism: 'scram-sha-512', username: 'tally', password: { env: 'KAFKA_PASSWORD' } },
      },
      { KAFKA_PASSWORD: 'open sesame' },
    );
    expect(inspect(config, { depth: 9 }) + JSON.stringify(config)).not.toMatch(/open sesame|private key/);
    expect(clientOptions(config, 'ingest', log)).toMatchObject({
      brokers: ['one:9092', 'two:9092'],
      clientId: 'tallystick-ingest',
      ssl: { ca: ['the authority'], cert: 'the certificate', key: 'the private key' },
      sasl: { mechanism: 'scram-sha-512', username: 'tally', password: 'open sesame' },
    });
  });

  it('uses no TLS unless told, and the usual authorities where it is told no more', () => {
    expect(clientOptions(load({ tls: false }), 'x', log).ssl).toBe(false);
    expect(clientOptions(load({ tls: true }), 'x', log).ssl).toEqual({});
  });

  it.each<[object, string]>([
    [{ topics: { 'a b': 'prima' } }, 'must be 1 to 249 letters, digits, dots, underscores and hyphens'],
    [{ topics: { orders: 'Prima UK' } }, 'tallystick.json: kafka.topics.orders: must be 1 to 63 lower-case'],
    [
      { topic: {} },
      'tallystick.json: kafka: unknown field topic (did you mean topics?); remove it or correct its spelling',
    ],
    [{ groupId: 'a b' }, 'kafka.groupId: groupId must be 1 to 100 printable characters without blanks'],
    [{ tls: { ca: 'none.pem' } }, 'kafka.tls.ca: the file that it names cannot be read (ENOENT)'],
    [{ tls: { cert: 'tallystick.json' } }, 'kafka.tls: cert and key belong together: give both'],
    [{ tls: 'yes' }, 'kafka.tls: must be true, false, or an object of the files ca, cert and key'],
    [
      { sasl: { mechanism: 'gssapi', username: 'a', password: 'b' } },
      'kafka.sasl.mechanism: must be plain, scram-sha-256 or scram-sha-512',
    ],
    [
      { sasl: { mechanism: 'plain', username: 'a', password: { env: 'NOT_THERE' } } },
      'kafka.sasl.password: the environment variable NOT_THERE is not set',
    ],
    [
      { topics: { drifts: 'prima' }, publish: { topic: 'drifts' } },
      'kafka.publish.topic: is read as well: what is published would come back as messages; use another topic',
    ],
  ])('refuses %j', (kafka, problem) => {
    const found = problems(kafka);
    expect(found).toHaveLength(1);
    expect(found[0]?.replace(' line 1:', '')).toContain(problem);
  });

  it('says what is unwise or without effect', () => {
    const topics = { orders: 'prima' };
    expect(kafkaWarnings(load({ topics }))).toEqual([]);
    expect(kafkaWarnings(load({ topics }, { KAFKA_BROKERS: '' }))[0]).toMatch(/KAFKA_BROKERS is not set/);
    expect(kafkaWarnings(load({}))[0]).toMatch(/names neither topics nor publish/);
    const sasl = { username: 'a', password: 'b' };
    expect(kafkaWarnings(load({ topics, sasl: { ...sasl, mechanism: 'plain' } }))[0]).toMatch(
      /the password goes over the network unencrypted/,
    );
    expect(kafkaWarnings(load({ topics, tls: true, sasl: { ...sasl, mechanism: 'plain' } }))).toEqual([]);
  });
});
