import { readJson } from '../../domain/sources/json';
import { tooDeepAt } from './depth';
import { firstJsonError } from './first-json-error';
import { InputError, type InputCode } from './input-error';
import type { Piece, SplitLimits } from './piece';
import { advance } from './place';
import { firstUtf8Error } from './utf8';

/** The message as a JSON object, numbers kept exactly. Throws `InputError` with the place in the body. */
export function readPiece(piece: Piece, limits: SplitLimits): object {
  const { text } = piece;
  if (text === null) throw notUtf8(piece);
  const deep = tooDeepAt(text, limits.depth);
  if (deep >= 0) {
    throw inputError('json-too-deep', piece, text, deep, `nested deeper than ${limits.depth} levels`);
  }
  const value = parse(piece, text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw notObject(piece);
  }
  return value;
}

/** Throws `InputError` of the first message beyond `limit`, with its place in the body. */
export function assertNumber({ place, element }: Piece, limit: number): void {
  if (element <= limit) return;
  throw new InputError('too-many-messages', `there are more than ${limit} messages`, place, element);
}

export function notObject({ place, element }: Piece): InputError {
  return new InputError('message-not-object', `element ${element} is not a JSON object`, place, element);
}

function parse(piece: Piece, text: string): unknown {
  try {
    return readJson(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const first = firstJsonError(text);
    if (!first) throw error;
    throw inputError('json-invalid', piece, text, first.offset, first.reason);
  }
}

/** The text before the bad byte tells its column. */
function notUtf8({ bytes, place, element }: Piece): InputError {
  const offset = firstUtf8Error(bytes ?? Buffer.alloc(0));
  const before = bytes?.subarray(0, offset).toString('utf8') ?? '';
  const byte = bytes?.[offset]?.toString(16).toUpperCase().padStart(2, '0') ?? '';
  return new InputError('utf8-invalid', `the byte 0x${byte} is not UTF-8`, advance(place, before), element);
}

function inputError(code: InputCode, piece: Piece, text: string, offset: number, reason: string): InputError {
  return new InputError(code, reason, advance(piece.place, text, offset), piece.element);
}
