import { z } from 'zod';
import { ConfigError, problemsOf } from '../platform/config-error';
import { defaultLimits } from '../ledger/limits';
import { ANSWER_WITHIN_MS } from '../platform/http/within';

const MIB = 1024 * 1024;

/** Injection token of `IngestLimits`. */
export const INGEST_LIMITS = Symbol('ingest-limits');

/** Bounds on what one request may bring, and on what it may hold while it is here. Sizes in bytes, after decompression. */
export interface IngestLimits {
  /** A body of application/json. */
  jsonBytes: number;
  /** A body of application/x-ndjson. */
  ndjsonBytes: number;
  /** One message: a line, an element of an array, a webhook. */
  messageBytes: number;
  /** Levels of objects and arrays in a message. */
  depth: number;
  /** Messages of one request. */
  messages: number;
  /** The same for one record from Kafka: its messages are held together. */
  recordMessages: number;
  /** Bytes that may come of one compressed byte, where more than `unratedBytes` come in all. Messages come to 5 to 40. */
  compressionRatio: number;
  unratedBytes: number;
  /** A body that is longer waits on disk until it is whole. */
  memoryBytes: number;
  /** The same for one of many messages. */
  memoryMessages: number;
  /** Longest silence of a client in the middle of a body. */
  idleMs: number;
  /** Until a body is whole; the same for a webhook, whose sender is a stranger until it is. */
  bodyMs: number;
  webhookMs: number;
  /** Facts and payload characters of one call of the ledger, and calls that may be under way for one body. */
  blockFacts: number;
  blockCharacters: number;
  blocksInFlight: number;
  /** Longest wait for one block to be recorded, for room in the ledger's queue included. */
  blockMs: number;
  /** Longest wait for what else is asked of the database for one request. */
  lookUpMs: number;
}

export const defaultIngestLimits: IngestLimits = {
  jsonBytes: 64 * MIB,
  ndjsonBytes: 2048 * MIB,
  messageBytes: 4 * MIB,
  depth: 64,
  messages: 1_000_000,
  recordMessages: 100_000,
  compressionRatio: 100,
  unratedBytes: 4 * MIB,
  memoryBytes: 4 * MIB,
  memoryMessages: 10_000,
  idleMs: 30_000,
  bodyMs: 900_000,
  webhookMs: 30_000,
  blockFacts: defaultLimits.blockFacts,
  blockCharacters: defaultLimits.blockBytes / 2,
  blocksInFlight: 4,
  blockMs: 10_000,
  lookUpMs: ANSWER_WITHIN_MS,
};

/** The environment variable that raises a limit: a refusal names it. */
export const limitVariables = {
  jsonBytes: 'TALLYSTICK_MAX_JSON_BYTES',
  ndjsonBytes: 'TALLYSTICK_MAX_NDJSON_BYTES',
  messageBytes: 'TALLYSTICK_MAX_MESSAGE_BYTES',
  depth: 'TALLYSTICK_MAX_JSON_DEPTH',
  messages: 'TALLYSTICK_MAX_MESSAGES',
  bodyMs: 'TALLYSTICK_MAX_BODY_MS',
  compressionRatio: 'TALLYSTICK_MAX_COMPRESSION_RATIO',
} as const;

const whole = (largest: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, `must be a whole number from 1 to ${largest}`)
    .transform(Number)
    .refine((value) => value >= 1 && value <= largest, `must be a whole number from 1 to ${largest}`)
    .optional();

const environmentSchema = z.object({
  TALLYSTICK_MAX_JSON_BYTES: whole(1024 * MIB),
  TALLYSTICK_MAX_NDJSON_BYTES: whole(1024 * 1024 * MIB),
  /** What the ledger itself takes. */
  TALLYSTICK_MAX_MESSAGE_BYTES: whole(defaultLimits.payloadBytes),
  /** Canonical forms are written by recursion. */
  TALLYSTICK_MAX_JSON_DEPTH: whole(512),
  TALLYSTICK_MAX_MESSAGES: whole(1_000_000_000),
  TALLYSTICK_MAX_BODY_MS: whole(86_400_000),
  /** What gzip itself can reach. */
  TALLYSTICK_MAX_COMPRESSION_RATIO: whole(1_032),
});

/** The usual limits, with what the environment changes. Throws ConfigError. */
export function readIngestLimits(
  env: Readonly<Record<string, string | undefined>> = process.env,
): IngestLimits {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = environmentSchema.safeParse(given);
  if (!parsed.success) throw new ConfigError(problemsOf(parsed.error, 'environment'));
  const changed = Object.entries(limitVariables).flatMap(([limit, variable]) => {
    const value = parsed.data[variable];
    return value === undefined ? [] : [[limit, value] as const];
  });
  return { ...defaultIngestLimits, ...Object.fromEntries(changed) };
}
