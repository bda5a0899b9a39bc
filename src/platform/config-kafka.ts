/** The `kafka:` section of the configuration file. Which brokers there are is said by KAFKA_BROKERS. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { type Environment, name, secret, unknownField } from './config-values';
import { errorCode } from './database/errors';
import { Secret } from './secret';

const TOPIC_FORM = 'must be 1 to 249 letters, digits, dots, underscores and hyphens';
const topicName = z
  .string({ error: 'the name of a topic is required' })
  .regex(/^[a-zA-Z0-9._-]{1,249}$/, TOPIC_FORM);

const label = (what: string) =>
  z
    .string({ error: `${what} must be text` })
    .regex(/^[\x21-\x7e]{1,100}$/, `${what} must be 1 to 100 printable characters without blanks`);

/** The content of a file that is named relative to the configuration file's folder. */
function contentOf(folder: string) {
  return z.string({ error: 'must be the path of a PEM file' }).transform((file, context) => {
    try {
      return readFileSync(path.resolve(folder, file), 'utf8');
    } catch (error) {
      const reason = errorCode(error) ?? 'unreadable';
      context.addIssue({ code: 'custom', message: `the file that it names cannot be read (${reason})` });
      return z.NEVER;
    }
  });
}

function tlsSchema(folder: string) {
  const files = z
    .strictObject(
      {
        /** Authorities that sign the brokers' certificates; null: those that Node knows. */
        ca: contentOf(folder).nullable().default(null),
        cert: contentOf(folder).nullable().default(null),
        key: contentOf(folder)
          .transform((text) => new Secret(text))
          .nullable()
          .default(null),
      },
      { error: unknownField },
    )
    .refine(({ cert, key }) => (cert === null) === (key === null), 'cert and key belong together: give both');
  const off = z.literal(false).transform(() => null);
  const usual = z.literal(true).transform(() => ({ ca: null, cert: null, key: null }));
  const shape = { error: 'must be true, false, or an object of the files ca, cert and key' };
  // A union would answer a wrong file with "invalid input".
  return z
    .unknown()
    .transform((value, context) => {
      const schema = typeof value === 'object' && value !== null ? files : z.union([off, usual], shape);
      const result = schema.safeParse(value);
      if (result.success) return result.data;
      for (const { message, path: place } of result.error.issues)
        context.addIssue({ code: 'custom', message, path: [...place] });
      return z.NEVER;
    })
    .default(null);
}

export function kafkaSchema(env: Environment, folder: string) {
  const sasl = z.strictObject(
    {
      mechanism: z.enum(['plain', 'scram-sha-256', 'scram-sha-512'], {
        error: 'must be plain, scram-sha-256 or scram-sha-512',
      }),
      username: z.string({ error: 'a username is required' }).min(1),
      password: secret(env),
    },
    { error: unknownField },
  );
  const publish = z.strictObject(
    {
      topic: topicName,
      /** CloudEvents: together with an event's id it must be unique, so installations that share a topic differ here. */
      source: label('source').default('/tallystick'),
    },
    { error: unknownField },
  );
  return z
    .strictObject(
      {
        /** Topic to source: what is in the topic are messages of that source. */
        topics: z
          .record(topicName, name, {
            error: ({ code }) => (code === 'invalid_key' ? TOPIC_FORM : 'must name a source for each topic'),
          })
          .default({}),
        groupId: label('groupId').default('tallystick'),
        clientId: label('clientId').default('tallystick'),
        /** A consumer that is silent for so long is taken for dead, and its partitions go to others. */
        sessionTimeoutSeconds: z.int().min(1).max(300).default(10),
        tls: tlsSchema(folder),
        sasl: sasl.nullable().default(null),
        publish: publish.nullable().default(null),
      },
      { error: unknownField },
    )
    .superRefine(({ topics, publish: published }, context) => {
      if (published && Object.hasOwn(topics, published.topic))
        context.addIssue({
          code: 'custom',
          path: ['publish', 'topic'],
          message: 'is read as well: what is published would come back as messages; use another topic',
        });
    });
}
