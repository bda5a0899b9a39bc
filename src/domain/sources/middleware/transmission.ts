import { z } from 'zod';
import { fact, messageType } from '../message-type';
import * as native from '../native';
import { readCode, readOptionalCount, readOptionalText, readProse, readText } from '../read';
import { inside } from '../unreadable';

const transfer = {
  id: native.code,
  at: native.time,
  from: native.code,
  to: native.code,
  entity: native.text,
  /** The sender's own reference. */
  ref: native.code,
  error: z.object({ code: native.optionalText, message: native.prose }).nullish(),
  attempt: native.optionalCount,
};
const failed = z.object({ ...transfer, type: z.literal('sync.failed') });
const succeeded = z.object({ ...transfer, type: z.literal('sync.succeeded') });

function readTransmission(message: z.output<typeof failed> | z.output<typeof succeeded>) {
  return {
    from: readCode(message.from, 'from'),
    to: readCode(message.to, 'to'),
    entity: readText(message.entity, 'entity'),
    ref: readCode(message.ref, 'ref'),
    errorCode: inside('error', () => readOptionalText(message.error?.code, 'code')),
    errorMessage: readProse(message.error?.message),
    attempt: readOptionalCount(message.attempt, 'attempt'),
  };
}

export const syncFailed = messageType({
  type: 'sync.failed',
  keyFields: ['id'],
  clockFields: ['at'],
  schema: failed,
  facts: (message, head) => [fact('transmission', head, { outcome: 'failed', ...readTransmission(message) })],
});

export const syncSucceeded = messageType({
  type: 'sync.succeeded',
  keyFields: ['id'],
  clockFields: ['at'],
  schema: succeeded,
  facts: (message, head) => [
    fact('transmission', head, { outcome: 'succeeded', ...readTransmission(message) }),
  ],
});
