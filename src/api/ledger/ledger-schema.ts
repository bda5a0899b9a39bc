import { z } from 'zod';
import { instantText, position } from '../drifts/drift-schema';
import { fact } from '../facts/fact-view';

const hash = z.string().describe('SHA-256, hexadecimal.');

export const proof = z.object({
  fact,
  leaf: hash,
  path: z
    .array(
      z.object({
        hash,
        left: z.boolean().describe('The hash stands on the left of what it is joined with.'),
      }),
    )
    .describe("From the leaf to the block's Merkle root."),
  block: z.object({
    number: z.number().int(),
    firstPosition: position,
    count: z.number().int(),
    recordedAt: instantText,
    previousHash: hash,
    merkleRoot: hash,
    hash,
    version: z.number().int(),
  }),
});

export const verification = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('done'),
    ok: z.literal(true),
    position: position.describe('Verified up to here.'),
    blocks: z.number().int(),
    checkpoints: z.number().int().describe('Checkpoints kept outside the database that agree.'),
  }),
  z.object({
    state: z.literal('done'),
    ok: z.literal(false),
    position: position.describe('The first place that is not as it was recorded.'),
    reason: z.string(),
  }),
  z.object({ state: z.literal('running'), position: position.describe('Verified so far.'), head: position }),
]);

export type ProofView = z.output<typeof proof>;
export type VerificationView = z.output<typeof verification>;
