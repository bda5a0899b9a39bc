import { z } from 'zod';
import { instantText, position } from '../drifts/drift-schema';

export const feedStatus = z.object({
  source: z.string(),
  stream: z.string().describe('`*` is the source as a whole.'),
  watermark: instantText.nullable().describe("The source's clock up to which absence may be called missing."),
  lastReceivedAt: instantText.nullable(),
  state: z
    .enum(['current', 'stale', 'silent'])
    .describe('stale: nothing for longer than expected; silent: nothing ever.'),
});

export const kafkaStatus = z.object({
  topic: z.string(),
  partition: z
    .number()
    .int()
    .nullable()
    .describe('Null where the brokers know no such topic, or were never reached.'),
  source: z.string(),
  offset: z.number().int().nullable().describe('The next record to be read; what is before it is recorded.'),
  end: z
    .number()
    .int()
    .nullable()
    .describe('The offset of the record that will be written next. Null while the brokers do not answer.'),
  lag: z.number().int().nonnegative().nullable().describe('Records that wait; 0 is caught up.'),
});

export const status = z.object({
  ledger: z.object({ position }),
  generation: z.object({ id: z.number().int(), fingerprint: z.string(), since: instantText.nullable() }),
  projections: z.array(
    z.object({
      name: z.string(),
      position,
      lag: z.number().int().nonnegative().describe('Facts; 0 is caught up.'),
    }),
  ),
  feeds: z.array(feedStatus),
  kafka: z.array(kafkaStatus).describe('Empty where nothing is read from Kafka.'),
  openDrifts: z.number().int().nonnegative(),
});

export type StatusView = z.output<typeof status>;
export type FeedView = z.output<typeof feedStatus>;
