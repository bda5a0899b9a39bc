import { z } from 'zod';
import { heldDocument } from '../cases/show';
import { wait } from '../cases/waits';
import { drift, instantText } from '../drifts/drift-schema';

const documents = z.array(heldDocument);

export const product = z.object({
  sku: z.string(),
  prima: z.object({ items: documents, billsOfMaterials: documents, prices: documents }),
  scend: z.object({ synchronised: documents }),
  middleware: z.object({ transmissions: documents }),
  bundles: documents.describe('What the mapping makes of it as a kit, before every bill of materials.'),
  partOf: z.array(
    z.object({
      parent: z.string(),
      quantity: z.string(),
      explodeAt: z.enum(['order', 'warehouse']),
      from: instantText.nullable(),
      to: instantText.nullable(),
    }),
  ),
  waits: z.array(wait),
  drifts: z.array(drift),
});

export type ProductView = z.output<typeof product>;
