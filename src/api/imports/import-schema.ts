import { z } from 'zod';
import { formatInstant } from '../../domain/facts/instant';
import type { Import } from '../../projections/imports';
import { instantText, position } from '../drifts/drift-schema';
import { named } from '../openapi/named';
import { reasonText } from '../versions/version-schema';

export const importBody = z.strictObject({ reason: reasonText });

export const endBody = z.strictObject({
  now: z
    .boolean()
    .default(false)
    .describe('Wait for no source to say something newer: what is not due in history may alert then.'),
});

export const importView = named('Import', {
  id: z.number().int(),
  status: z
    .enum(['importing', 'waiting', 'completed'])
    .describe('`waiting`: history is complete, and some sources have not yet said anything newer.'),
  reason: z.string().nullable(),
  begunBy: z.string(),
  begunAt: instantText,
  fromPosition: position.describe('What facts after it show alerts nobody …'),
  toPosition: position.nullable().describe('… up to this one; null until the summary is written.'),
  endedBy: z.string().nullable(),
  endedAt: instantText.nullable(),
  waitingFor: z.array(z.string()).describe('Sources of which nothing newer than `endedAt` was heard.'),
});

export type ImportView = z.output<typeof importView>;

export function viewOf({ waits: _, ...each }: Import, waitingFor: string[]): ImportView {
  const { endedAt, toPosition } = each;
  const ended = endedAt === null ? 'importing' : 'waiting';
  return {
    ...each,
    status: toPosition === null ? ended : 'completed',
    begunAt: formatInstant(each.begunAt.getTime()),
    endedAt: endedAt && formatInstant(endedAt.getTime()),
    waitingFor,
  };
}
