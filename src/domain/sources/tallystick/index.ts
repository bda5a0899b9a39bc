import type { Envelope, SourceKind, Translation } from '../source-kind';
import { explain } from '../explain';
import { wordBeforeDot } from '../streams';
import { ownMessages, readOwnMessage } from './messages';

/**
 * Our own facts. They mean something to the fold and not to a case, so they translate into no canonical fact. Nobody else
 * may send them: ingest refuses this source to everyone.
 */
export const tallystick: SourceKind = {
  kind: 'tallystick',
  orderField: null,
  transportFields: [],
  webhook: null,
  streamOf: wordBeforeDot,

  envelope(message): Envelope {
    const own = readOwnMessage(message);
    if (!own) return { type: null, key: null, occurredAt: null };
    return { type: own.type, key: own.type === 'source.configured' ? own.name : own.id, occurredAt: own.at };
  },

  translate(message): Translation {
    const parsed = ownMessages.safeParse(message);
    if (parsed.success) return { ok: true, facts: [] };
    const { path, reason } = explain(parsed.error, message);
    return { ok: false, code: 'message-invalid', reason, path: path === '' ? null : path };
  },
};
