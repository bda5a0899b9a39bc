/** Messages that were recorded and could not be understood: invalid by their source's schema, or handled by no mapping. */
import type { MessageState } from '../../cases/simple';
import { graceMs } from '../../policy';
import type { Detector } from '../detector';
import { alive, hours, item } from '../examples';
import { type Finding, NO_FINDINGS } from '../finding';

export const messageInvalid = unread('message-invalid', "A message is not what its source's schema allows.");
export const messageUnmapped = unread('message-unmapped', 'A message is readable and no mapping handles it.');

function unread(code: MessageState['code'], meaning: string): Detector<'message'> {
  return {
    code,
    on: 'message',
    meaning,
    severity: code === 'message-invalid' ? 'high' : 'medium',
    graceSeconds: 0,
    causes: [code === 'message-invalid' ? 'schema' : 'unknown-type'],
    supersedes: [],
    detect(state, context): readonly Finding[] {
      if (state.code !== code) return NO_FINDINGS;
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

function finding(state: MessageState, dueAt: number): Finding {
  const invalid = state.code === 'message-invalid';
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
      code: invalid ? 'schema' : 'unknown-type',
      about: [state.source, state.type, invalid ? fieldOf(state.path) : null].filter(Boolean).join(' '),
      detail: `${place}${state.reason}`,
    },
    divergence: { fact: state.position, at: state.at },
    fixes: [
      invalid
        ? {
            kind: 'correct',
            system: state.source,
            text: 'Correct the message at its source and send it again, or correct the mapping and replay.',
          }
        : {
            kind: 'correct',
            system: 'tallystick',
            text: 'Map this message type, then replay: the message is kept.',
          },
    ],
  };
}

/** The same field of every line is one field. */
function fieldOf(path: string | null): string | null {
  return path === null ? null : path.replaceAll(/\[\d+\]/g, '[]');
}
