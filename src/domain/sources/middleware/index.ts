import { nativeKind, requiredCode } from '../native-kind';
import { wordBeforeDot } from '../streams';
import { bulkCompleted } from './bulk-completed';
import { feedHeartbeat } from './feed-heartbeat';
import { syncFailed, syncSucceeded } from './transmission';

/** The integration platform between the systems: what it failed to carry over, and how current each feed is. */
export const middleware = nativeKind({
  kind: 'middleware',
  typeField: 'type',
  messages: [syncFailed, syncSucceeded, feedHeartbeat, bulkCompleted],
  key: (message) => requiredCode(message, 'id'),
  clockFields: ['at'],
  orderField: null,
  revisionField: null,
  streamOf: wordBeforeDot,
  transportFields: [],
  webhook: { scheme: 'standard-webhooks', toleranceSeconds: 300 },
});
