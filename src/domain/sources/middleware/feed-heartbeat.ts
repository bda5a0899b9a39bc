import { z } from 'zod';
import { readClock } from '../clock';
import { fact, messageType } from '../message-type';
import * as native from '../native';
import { readCode, readOptionalCode, readOptionalCount } from '../read';

/** Its clock is `as_of`, up to which the named feed is complete; `at` is when the middleware looked. */
export const feedHeartbeat = messageType({
  type: 'feed.heartbeat',
  keyFields: ['id'],
  clockFields: ['as_of'],
  schema: z.object({
    id: native.code,
    type: z.literal('feed.heartbeat'),
    at: native.time,
    source: native.code,
    /** Absent: it speaks for the whole source. */
    stream: native.optionalCode,
    as_of: native.time,
    row_count: native.optionalCount,
    last_sequence: native.optionalCount,
  }),
  facts: (message, head, zone) => [
    fact('heartbeat', head, {
      source: readCode(message.source, 'source'),
      stream: readOptionalCode(message.stream, 'stream'),
      at: readClock(message.at, 'at', zone),
      rowCount: readOptionalCount(message.row_count, 'row_count'),
      lastSequence: readOptionalCount(message.last_sequence, 'last_sequence'),
    }),
  ],
});
