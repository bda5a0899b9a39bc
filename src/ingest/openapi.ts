import { applyDecorators } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBody, ApiConsumes, ApiParam } from '@nestjs/swagger';
import { z } from 'zod';
import type { Recorded } from './recorder';

const count = z.int().min(0);

const recorded = z.object({
  recorded: count.meta({ description: 'Messages that are new' }),
  duplicates: count.meta({ description: 'Messages that were recorded before' }),
  position: count.meta({
    description: 'The highest ledger position of these messages, repeats included; 0 without any',
  }),
}) satisfies z.ZodType<Recorded>;

/** What both ways in have in common. */
export const IngestRoute = () =>
  applyDecorators(
    ApiParam({ name: 'source', description: 'Name of a configured source' }),
    ApiConsumes('application/json', 'application/x-ndjson'),
    ApiBody({
      description: 'Messages as their system writes them: one, an array of them, or one a line',
      schema: { oneOf: [{ type: 'object' }, { type: 'array', items: { type: 'object' } }] },
    }),
    ApiAcceptedResponse({ description: 'Every message is durable', standardSchema: recorded }),
  );
