/** The words that the cases and detectors know: what a source's own words may be mapped to. */

/** Units of measure. What is counted in pieces is counted in `EA`, whatever a source calls a piece. */
export const canonicalUnits: ReadonlySet<string> = new Set(
  (
    'EA PAIR SET PACK INNER BOX CASE CARTON CRATE LAYER PALLET BUNDLE DOZEN GROSS BAG BOTTLE CAN TUBE DRUM ROLL REEL SHEET ' +
    'MG G KG TONNE OZ LB ML CL L MM CM M KM IN FT YD M2 M3 MINUTE HOUR DAY MONTH YEAR'
  ).split(' '),
);

/** Free; physical and not free; and on its way, which is not here. */
export const stockStatuses: ReadonlySet<string> = new Set([
  'available',
  ...['allocated', 'picked', 'packed'],
  ...['quarantine', 'damaged', 'qc_hold', 'returned_pending_inspection'],
  ...['in_transfer', 'receiving'],
]);

/** Documents whose status decides something, and their statuses. */
export const documentStatuses = {
  'sales-order': new Set([
    'pending_approval',
    'pending_fulfilment',
    'partially_fulfilled',
    'pending_billing',
    'billed',
    'closed',
    'cancelled',
  ]),
  fulfilment: new Set(['picked', 'packed', 'shipped', 'cancelled']),
  item: new Set(['active', 'inactive', 'discontinued']),
} as const satisfies Record<string, ReadonlySet<string>>;

export type StatusDocument = keyof typeof documentStatuses;

export const statusDocuments = Object.keys(documentStatuses) as [StatusDocument, ...StatusDocument[]];
