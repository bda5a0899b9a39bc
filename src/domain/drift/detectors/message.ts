/** Messages that were recorded and could not be understood: invalid by their source's schema, or handled by no mapping. */
import type { MessageState } from '../../cases/simple';
import { graceMs } from '../../policy';
import type { Detector } from '../detector';
import { alive, hours, item } from '../examples';
import { type Finding, NO_FINDINGS } from '../finding';

export const messageInvalid = unread(
  'message-invalid',
  "A message is not what its source's schema allows, or Tallystick failed at it.",
);
export const messageUnmapped = unread('message-unmapped', 'A message is readable and no mapping handles it.');

function unread(code: 'message-invalid' | 'message-unmapped', meaning: string): Detector<'message'> {
  return {
    code,
    on: 'message',
    meaning,
    severity: code === 'message-invalid' ? 'high' : 'medium',
    graceSeconds: 0,
    causes: code === 'message-invalid' ? ['schema', 'fold-failed'] : ['unknown-type'],
    supersedes: [],
    detect(state, context): readonly Finding[] {
      if ((state.code === 'message-unmapped') !== (code === 'message-unmapped')) return NO_FINDINGS;
      const dueAt = state.at + graceMs(context.policy, code, 0);
      return context.due(dueAt) ? [finding(state, dueAt)] : [];
    },
    examples: {
      opens: {
        facts: [alive('prima', hours(0)), { source: 'prima', unreadable: code, at: hours(1) }],
        at: hours(1),
        subject: 'fact:2',
        cause: code === 'message-invalid' ? 'schema' : 'unknown-type',
      },
      staysClosed: { facts: [alive('prima', hours(0)), item(hours(1))], at: hours(1) },
      resolves: { replay: [alive('prima', hours(0)), item(hours(1))] },
    },
  };
}

const SAYS: Record<MessageState['code'], { cause: string; fix: string }> = {
  'message-invalid': {
    cause: 'schema',
    fix: 'Correct the message at its source and send it again, or correct the mapping and replay.',
  },
  'message-unmapped': {
    cause: 'unknown-type',
    fix: 'Map this message type, then replay: the message is kept.',
  },
  'fold-failed': {
    cause: 'fold-failed',
    fix: 'This is a fault of Tallystick: report it with its log. The message is kept, and the next version tries it again.',
  },
};

function finding(state: MessageState, dueAt: number): Finding {
  const { cause, fix } = SAYS[state.code];
  const place = state.path === null ? '' : `${state.path}: `;
  return {
    subject: { kind: 'fact', id: String(state.position) },
    discriminator: '',
    since: state.at,
    dueAt,
    sides: [
      { system: state.source, value: { type: state.type, key: state.key }, fact: state.position },
      { system: 'tallystick', value: `${place}${state.reason}`, fact: null },
    ],
    difference: state.reason,
    explained: [],
    amountAtRisk: null,
    unitsAtRisk: null,
    cause: {
      code: cause,
      about: [state.source, state.type, state.code === 'message-unmapped' ? null : fieldOf(state.path)]
        .filter(Boolean)
        .join(' '),
      detail: `${place}${state.reason}`,
    },
    divergence: { fact: state.position, at: state.at },
    fixes: [{ kind: 'correct', system: cause === 'schema' ? state.source : 'tallystick', text: fix }],
  };
}

/** The same field of every line is one field. */
function fieldOf(path: string | null): string | null {
  return path === null ? null : path.replaceAll(/\[\d+\]/g, '[]');
}
