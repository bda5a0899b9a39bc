/** A fact as a line of CSV. */
export const FACT_COLUMNS = [
  'position',
  'source',
  'type',
  'key',
  'occurredAt',
  'recordedAt',
  'actor',
  'encoding',
  'payload',
];
