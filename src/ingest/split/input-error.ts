import type { Place } from './place';

/** Why a body cannot be recorded as it is. Stable: they are codes of problems. */
export type InputCode =
  | 'body-empty'
  | 'json-invalid'
  | 'json-too-deep'
  | 'utf8-invalid'
  | 'message-not-object'
  | 'message-too-large'
  | 'too-many-messages';

/** A body that cannot be split into messages, with the first place at which that shows. */
export class InputError extends Error {
  /** @param element number of the message in the body, from 1 */
  constructor(
    readonly code: InputCode,
    readonly reason: string,
    readonly place: Place,
    readonly element: number | null = null,
  ) {
    super(`line ${place.line}, column ${place.column}: ${reason}`);
    this.name = 'InputError';
  }
}
