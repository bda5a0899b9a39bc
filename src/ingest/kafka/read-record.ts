/** A record's value as messages: one object, or an array of them as a body over HTTP may hold. */
import { hash } from 'node:crypto';
import { isPrintable } from '../../domain/facts/printable';
import { defaultLimits } from '../../ledger/limits';
import type { Proposal } from '../../ledger/port';
import type { IngestLimits } from '../limits';
import type { Proposer } from '../proposals';
import { type InputCode, InputError } from '../split/input-error';
import { JsonSplitter } from '../split/json';
import type { Piece } from '../split/piece';
import { assertNumber, readPiece } from '../split/read-piece';
import { decodeUtf8 } from '../split/utf8';
import type { KafkaRecord } from './port';

const BRACE_OPEN = 123;
const BRACE_CLOSE = 125;
const BEYOND: ReadonlySet<InputCode> = new Set(['message-too-large', 'json-too-deep', 'too-many-messages']);

export interface Read {
  proposals: Proposal[];
  /** Why the record was kept as it came, to be quarantined; null: it was read. */
  problem: string | null;
}

/** Where a record lies: `topic/partition/offset` names it for ever. */
export function readRecord(
  record: KafkaRecord,
  place: string,
  proposer: Proposer,
  limits: IngestLimits,
): Read {
  const { value } = record;
  if (value === null || value.length === 0) {
    const problem = value === null ? 'it has no value (a tombstone)' : 'its value is empty';
    return { proposals: [withoutValue(record, place, proposer)], problem };
  }
  if (value.length > defaultLimits.payloadBytes) return tooLarge(value, proposer);
  try {
    const proposals: Proposal[] = [];
    for (const piece of piecesOf(value, limits)) {
      assertNumber(piece, limits.recordMessages);
      proposals.push(proposer.message(piece.text ?? '', readPiece(piece, limits)));
    }
    return { proposals, problem: null };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    // What is kept as text is read again when it is folded; what is beyond a limit must not be.
    const content = BEYOND.has(error.code) ? value : (decodeUtf8(value) ?? value);
    return { proposals: [proposer.unreadable(content)], problem: error.message };
  }
}

/** All that is nearly always there is one object: then nothing needs to be split. */
function piecesOf(value: Buffer, limits: IngestLimits): Iterable<Piece> {
  const whole = value[0] === BRACE_OPEN && value[value.length - 1] === BRACE_CLOSE;
  if (whole && value.length <= limits.messageBytes) {
    const text = decodeUtf8(value);
    const place = { line: 1, column: 1 };
    return [{ text, bytes: text === null ? value : null, place, element: 1 }];
  }
  return split(value, limits);
}

function* split(value: Buffer, limits: IngestLimits): Generator<Piece> {
  const splitter = new JsonSplitter(limits);
  yield* splitter.push(value);
  yield* splitter.end();
}

/** Nothing tells one from another but its place: each is a fact, and the same one brought again is a repeat. */
function withoutValue({ key }: KafkaRecord, place: string, proposer: Proposer): Proposal {
  const proposal = proposer.unreadable(Buffer.alloc(0));
  const text = key === null ? null : decodeUtf8(key);
  const readable = text !== null && text.length <= defaultLimits.keyLength && isPrintable(text);
  const identity = hash('sha256', `${proposal.source}\0kafka\0${place}`, 'buffer');
  return { ...proposal, key: readable ? text : null, identity };
}

/** Beyond what the ledger keeps of one fact: its beginning, under the identity of the whole. */
function tooLarge(value: Buffer, proposer: Proposer): Read {
  const { payloadBytes } = defaultLimits;
  const { identity } = proposer.unreadable(value);
  const proposal = { ...proposer.unreadable(value.subarray(0, payloadBytes)), identity };
  return {
    proposals: [proposal],
    problem: `it has ${value.length} bytes, of which the first ${payloadBytes} are kept`,
  };
}
