/** What a row of the outbox says, where it can be read. One that cannot keeps no other from being told. */
import { z } from 'zod';

export const UNREADABLE = 'its body cannot be read';

const driftBody = z.looseObject({
  drift: z.string(),
  detector: z.string(),
  severity: z.string(),
  subject: z.looseObject({ kind: z.string(), id: z.string() }),
  discriminator: z.string(),
  cause: z.looseObject({ code: z.string(), detail: z.string(), about: z.string().optional() }),
  amountAtRisk: z.looseObject({ minor: z.number(), currency: z.string() }).nullable(),
  unitsAtRisk: z.string().nullable(),
  openedAt: z.number(),
  resolvedAt: z.number().nullable(),
});
const summaryBody = z.looseObject({});

/** Null where its body is not what its kind says. Texts are made well formed: half a character is none to who receives it. */
export function readBody(row: { kind: string; body: string }): object | null {
  let body: unknown;
  try {
    body = JSON.parse(row.body, (_, value: unknown) =>
      typeof value === 'string' ? value.toWellFormed() : value,
    );
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
  const schema = row.kind.startsWith('drift.') ? driftBody : summaryBody;
  return schema.safeParse(body).success ? (body as object) : null;
}
