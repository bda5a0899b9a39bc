/** Where the fold of an instant failed: told to the log, and shown as quarantined messages. */
import type { MessageState } from '../../domain/cases/simple';
import { type Where, foldFailed } from '../../domain/sources/fold-failed';
import type { Part } from './intake';
import { refusedMessage } from './reading';

export interface Failure {
  /** The case's key. */
  key: string;
  /** The message at which it failed, where that is known. */
  from?: Part['from'];
  error: unknown;
  where: Where;
}

export function messageKey({ position }: Pick<MessageState, 'position'>): string {
  return `message:${position}`;
}

export class Failures {
  /** Until whoever drives the engine has told the log. */
  readonly untold: Pick<Failure, 'key' | 'error'>[] = [];
  private unshown: Failure[] = [];

  add(failure: Failure): void {
    this.untold.push({ key: failure.key, error: failure.error });
    this.unshown.push(failure);
  }

  /** The facts at which this instant failed, as they are quarantined; where none of its parts is to blame, the case's newest fact. */
  take(
    parts: readonly Part[],
    newestOf: (key: string) => Omit<Part['from'], 'bytes'>,
  ): readonly MessageState[] {
    if (this.unshown.length === 0) return NONE;
    const messages = new Map<number, MessageState>();
    for (const { key, from, error, where } of this.unshown.splice(0)) {
      const origin = from ?? parts.findLast((part) => part.key === key)?.from ?? newestOf(key);
      if (!messages.has(origin.position))
        messages.set(origin.position, refusedMessage(origin, foldFailed(error, where)));
    }
    return [...messages.values()];
  }
}

const NONE: readonly MessageState[] = [];
