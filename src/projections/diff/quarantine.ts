/** Messages that are understood by one of the two generations only. */
import type { MessageState } from '../../domain/cases/simple';
import type { DifferingCase } from './differing-cases';

export interface QuarantineDifference {
  change: 'left' | 'entered' | 'changed';
  position: number;
  source: string;
  type: string | null;
  key: string | null;
  /** Why it is in quarantine; null where it is not. */
  before: QuarantineSide | null;
  after: QuarantineSide | null;
}

export interface QuarantineSide {
  code: MessageState['code'];
  reason: string;
  path: string | null;
}

export function quarantineDifferences(cases: readonly DifferingCase[]): QuarantineDifference[][] {
  return cases.map(({ before, after }) => {
    const [old, now] = [parse(before), parse(after)];
    const some = now ?? old;
    if (!some) return [];
    const { position, source, type, key } = some;
    const change = now === null ? 'left' : old === null ? 'entered' : 'changed';
    return [{ change, position, source, type, key, before: side(old), after: side(now) }];
  });
}

function parse(state: string | null): MessageState | null {
  return state === null ? null : (JSON.parse(state) as MessageState);
}

function side(state: MessageState | null): QuarantineSide | null {
  return state && { code: state.code, reason: state.reason, path: state.path };
}
