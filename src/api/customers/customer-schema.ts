import { z } from 'zod';
import { heldDocument } from '../cases/show';
import { wait } from '../cases/waits';
import { drift } from '../drifts/drift-schema';

const documents = z.array(heldDocument);

export const customer = z.object({
  account: z.string(),
  prima: z.object({ customers: documents }),
  middleware: z.object({ transmissions: documents }),
  waits: z.array(wait),
  drifts: z.array(drift),
});

export type CustomerView = z.output<typeof customer>;
