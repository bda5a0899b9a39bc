/** What one block says, before any case is asked: parts for cases, receipts of feeds, acts of people, what was refused. */
import type { MessageState } from '../../domain/cases/simple';
import type { Beat as FeedBeat } from '../../domain/cases/feed';
import { type Run, withRun } from '../../domain/cases/sequence';
import { foldFailed } from '../../domain/sources/fold-failed';
import type { Canonical } from '../../domain/facts/canonical';
import { type Part, addParts, refusalOf } from './intake';
import type { DriftAct, Readable } from './records';

/** All that a block's messages of one stream say of its feed; how many blocks of a stream are read together cannot be told. */
export interface Receipt {
  source: string;
  kind: string;
  stream: string;
  /** Of the accepted messages' clocks; null where none was accepted. */
  oldest: number | null;
  newest: number | null;
  /** Position of the last one. */
  fact: number;
  messages: number;
  /** Clock and mark of each accepted message in turn. */
  told: number[];
  /** Sequence numbers that they carry. */
  runs: readonly Run[];
}

export interface Beat extends FeedBeat {
  source: string;
  stream: string | null;
}

export interface Connected {
  source: string;
  kind: string;
  fact: number;
  expectedIntervalSeconds: number | null;
}

export interface ToldAct {
  position: number;
  at: number;
  act: DriftAct;
}

/** Plain data, so that it can cross to another thread. */
export interface Reading {
  first: number;
  last: number;
  /** The block's `recordedAt`: the instant of everything in it, epoch ms. */
  at: number;
  parts: Part[];
  receipts: Receipt[];
  beats: Beat[];
  connected: Connected[];
  acts: ToldAct[];
  refused: MessageState[];
  /** Clocks that run ahead of ours: what they say counts when that moment has come. */
  ahead: number[];
}

/** Facts of consecutive positions that share one `recordedAt`, or those of them that are read here. */
export function readBlock(block: readonly Readable[], first: number, last: number, at: number): Reading {
  const reading: Reading = {
    first,
    last,
    at,
    parts: [],
    receipts: [],
    beats: [],
    connected: [],
    acts: [],
    refused: [],
    ahead: [],
  };
  const receipts = new Receipts();
  for (const fact of block) readSafely(fact, reading, receipts);
  reading.receipts = receipts.list;
  return reading;
}

/** A fact at which we fail while it is read is refused, and says nothing of any case. */
function readSafely(fact: Readable, reading: Reading, receipts: Receipts): void {
  const { parts, beats, ahead } = reading;
  const before = [parts.length, beats.length, ahead.length] as const;
  try {
    readFact(fact, reading, receipts);
  } catch (error) {
    [parts.length, beats.length, ahead.length] = before;
    receipts.add(fact, null);
    reading.refused.push(refusedMessage(fact, foldFailed(error)));
  }
}

function readFact(fact: Readable, reading: Reading, receipts: Receipts): void {
  const { position, own, translation, recordedAt } = fact;
  if (own) {
    if (own.type === 'source.configured') {
      const { name: source, expectedIntervalSeconds } = own;
      // The kind under which its feeds are waited for.
      const kind = own.mapping?.plays ?? own.kind;
      reading.connected.push({ source, kind, fact: position, expectedIntervalSeconds });
    } else if ('caseKey' in own) reading.acts.push({ position, at: recordedAt, act: own });
    return;
  }
  const refusal = refusalOf(fact);
  if (refusal !== null || !translation.ok) {
    receipts.add(fact, null);
    if (refusal !== null) reading.refused.push(refusedMessage(fact, refusal));
    return;
  }
  addParts(fact, reading.parts);
  let newest: number | null = null;
  for (const canonical of translation.facts) {
    const { occurredAt } = canonical;
    if (newest === null || occurredAt > newest) newest = occurredAt;
    if (occurredAt > recordedAt) reading.ahead.push(occurredAt);
    if (canonical.type === 'heartbeat') {
      const { source, stream, at, rowCount, lastSequence } = canonical.body;
      reading.beats.push({ source, stream, asOf: occurredAt, at, rowCount, lastSequence, fact: position });
    }
  }
  const receipt = receipts.add(fact, newest);
  for (const canonical of translation.facts) {
    const sequence = sequenceOf(canonical);
    if (sequence === null) continue;
    const { occurredAt: at } = canonical;
    receipt.runs = withRun(receipt.runs, {
      from: sequence,
      to: sequence,
      firstAt: at,
      lastAt: at,
      fact: position,
    });
  }
}

/** Of a business key: 32 bits that tell messages of one instant apart. */
function mark(key: string): number {
  let hash = 0;
  for (let i = 0; i < key.length; i++) hash = (Math.imul(hash, 31) + key.charCodeAt(i)) | 0;
  return hash;
}

function sequenceOf({ type, body }: Canonical): number | null {
  return type === 'stock-level' || type === 'stock-adjusted' ? body.sequence : null;
}

export function refusedMessage(
  { position, source, type, key, recordedAt: at }: Omit<Part['from'], 'bytes'>,
  { code, reason, path }: Pick<MessageState, 'code' | 'reason' | 'path'>,
): MessageState {
  return { position, source, type, key, at, code, reason, path };
}

class Receipts {
  readonly list: Receipt[] = [];

  add({ source, kind, stream, position, key }: Readable, occurredAt: number | null): Receipt {
    // A message that was refused may have any word for its type: it speaks for its source, and makes no stream.
    const of = occurredAt === null ? '*' : stream;
    const receipt = this.of(source, kind, of);
    if (occurredAt !== null) {
      if (receipt.newest === null || occurredAt > receipt.newest) receipt.newest = occurredAt;
      if (receipt.oldest === null || occurredAt < receipt.oldest) receipt.oldest = occurredAt;
      receipt.told.push(occurredAt, key === null ? position : mark(key));
    }
    receipt.fact = position;
    receipt.messages++;
    return receipt;
  }

  /** Few streams, and the last one first: most messages come in runs. */
  private of(source: string, kind: string, stream: string): Receipt {
    for (const known of this.list) {
      if (known.stream === stream && known.source === source) return known;
    }
    const fresh: Receipt = {
      source,
      kind,
      stream,
      oldest: null,
      newest: null,
      fact: 0,
      messages: 0,
      told: [],
      runs: [],
    };
    this.list.push(fresh);
    return fresh;
  }
}
