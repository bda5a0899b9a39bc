import type { Place } from './place';

/** One message as it was cut out of a body, not yet read. */
export interface Piece {
  /** The text without white space around it; null when the bytes are not UTF-8. */
  text: string | null;
  /** The bytes where there is no text. */
  bytes: Buffer | null;
  /** Of the first character. */
  place: Place;
  /** Number of the message in the body, from 1. */
  element: number;
}

/**
 * Cuts a body into messages as it comes in. Both methods are to be iterated to their end, each message being read before the
 * next one is asked for: then the first `InputError`, whether theirs or the reader's, is the first error of the body.
 */
export interface Splitter {
  /** The messages that this chunk completes. The chunk must not be changed afterwards. */
  push(chunk: Buffer): Iterable<Piece>;
  /** The body is whole: the messages that were still open. */
  end(): Iterable<Piece>;
}

export interface SplitLimits {
  /** Longest message, in bytes. */
  messageBytes: number;
  /** Deepest nesting of objects and arrays in a message. */
  depth: number;
}
