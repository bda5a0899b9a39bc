/** The `alerts:` section of the configuration file: who is told, when, and what else listens. */
import { z } from 'zod';
import { type ConfigChecks, held } from './config-checks';
import { type Environment, name, oneOf, secret, unknownField } from './config-values';

const text = z.string({ error: 'must be text' }).min(1);
const severity = oneOf(['critical', 'high', 'medium', 'low'], 'must be critical, high, medium or low');

/** `07:30`, in minutes since midnight. */
const timeOfDay = z
  .string({ error: 'must be a time of day, such as 07:30' })
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day in quotes, such as 07:30')
  .transform((said) => Number(said.slice(0, 2)) * 60 + Number(said.slice(3)));

export const slackChannel = z
  .string()
  .regex(
    /^[CGD][A-Z0-9]{2,20}$/,
    "must be the id of a channel, such as C0123456789: in Slack it is at the foot of the channel's details",
  );

export function alertsSchema(env: Environment, timeZone: z.ZodType<string>, checks: ConfigChecks) {
  const list = <T extends z.ZodType>(each: T) => z.array(each).min(1).nullable().default(null);
  const route = z
    .strictObject(
      {
        detectors: list(text.superRefine(held(checks.detector))),
        severities: list(severity),
        sources: list(name),
        owners: list(text),
        channel: slackChannel.nullable().default(null),
        mute: z.boolean({ error: 'must be true or false' }).default(false),
      },
      { error: unknownField },
    )
    .refine(
      ({ channel, mute }) => (channel !== null) !== mute,
      'must say where to: a channel, or mute: true',
    );
  const quietHours = z
    .strictObject(
      {
        from: timeOfDay,
        to: timeOfDay,
        timeZone,
        except: z.array(severity).default(['critical']),
      },
      { error: unknownField },
    )
    .refine(({ from, to }) => from !== to, 'must not begin when they end');
  const digest = z.strictObject(
    { at: timeOfDay.default(480), timeZone: timeZone.default('UTC') },
    {
      error: unknownField,
    },
  );
  const webhook = z.strictObject(
    {
      url: secret(env).refine(
        (url) => /^https?:$/.test(URL.parse(url.reveal())?.protocol ?? ''),
        'must be a URL such as https://hooks.example.com/tallystick',
      ),
      /** Of Standard Webhooks: `whsec_` and 24 to 64 bytes in base64. */
      secret: secret(env).refine(
        (value) => isSigningSecret(value.reveal()),
        'must be whsec_ and 24 to 64 bytes in base64',
      ),
    },
    { error: unknownField },
  );
  return z.strictObject(
    {
      routes: z.array(route).max(1_000).default([]),
      quietHours: quietHours.nullable().default(null),
      /** null: no digest. */
      digest: digest.nullable().prefault({}),
      surge: z
        .strictObject(
          { drifts: z.int().min(2).default(100), minutes: z.int().min(1).max(1_440).default(10) },
          { error: unknownField },
        )
        .prefault({}),
      webhook: webhook.nullable().default(null),
    },
    { error: unknownField },
  );
}

function isSigningSecret(value: string): boolean {
  const encoded = /^whsec_([A-Za-z0-9+/]+=*)$/.exec(value)?.[1];
  const bytes = encoded === undefined ? 0 : Buffer.from(encoded, 'base64').length;
  return bytes >= 24 && bytes <= 64;
}
