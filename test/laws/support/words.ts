/** The same trading in other words: what each system calls things differs, and a mapping says how. */
import { documentStatuses, stockStatuses, type StatusDocument } from '../../../src/domain/mapping/words';
import type { WorldMessage } from './worlds';

type Tables = Record<string, Set<string>>;
type Fields = Record<string, unknown>;

const DOCUMENTS: Record<string, StatusDocument> = {
  SalesOrder: 'sales-order',
  ItemFulfilment: 'fulfilment',
  Item: 'item',
};

export interface Reworded {
  /** As it was, in the notation of the other. */
  plain: WorldMessage[];
  messages: WorldMessage[];
  /** What `PUT /v1/mappings` would take, by table. */
  mapping: Record<string, unknown[]>;
}

/** Scend's SKUs, statuses and reasons, and Prima's units, customers, tax codes and statuses, each by another word. */
export function reworded(messages: readonly WorldMessage[]): Reworded {
  const tables: Tables = {};
  const written = (say: (source: string, document: Fields) => unknown) =>
    messages.map((message) => {
      const document = parsed(message.body);
      return document === null
        ? message
        : { ...message, body: JSON.stringify(say(message.source, document)) };
    });
  const plain = written((_, document) => document);
  const told = written((source, document) => other(source, document, tables));
  const mapping = Object.fromEntries(
    Object.entries(tables).map(([table, entries]) => [
      table,
      [...entries].map((entry) => JSON.parse(entry) as unknown),
    ]),
  );
  return { plain, messages: told, mapping };
}

function parsed(body: string): Fields | null {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function other(source: string, document: Fields, tables: Tables): unknown {
  const word = (table: string, from: string, more: object = {}): string => {
    (tables[table] ??= new Set()).add(JSON.stringify({ source, ...more, from: `X-${from}`, to: from }));
    return `X-${from}`;
  };
  const status = DOCUMENTS[String(document['documentType'])];
  const field = (name: string, value: string): string => {
    if (name === 'sku' || (name === 'skus' && source !== 'middleware')) return word('sku-aliases', value);
    if (name === 'uom' || name === 'baseUom' || name === 'base_uom') return word('units', value);
    if (name === 'customerAccount') return word('customer-links', value);
    if (name === 'taxCode') return word('tax-codes', value);
    if (name === 'reason_code' || (name === 'reason' && !('reason_code' in document)))
      return word('reason-codes', value);
    if (name === 'to_status' || (name === 'status' && 'event_type' in document))
      return stockStatuses.has(value) ? word('stock-status', value) : value;
    if (name === 'status' && status && (documentStatuses[status] as ReadonlySet<string>).has(value))
      return word('status-labels', value, { of: status });
    return value;
  };
  const walk = (value: unknown, name: string): unknown => {
    if (typeof value === 'string') return value === '' ? value : field(name, value);
    if (Array.isArray(value)) return value.map((item) => walk(item, name));
    if (typeof value !== 'object' || value === null) return value;
    const pairs = Object.entries(value).map(([key, inner]) => [
      name === 'statuses' && stockStatuses.has(key) ? word('stock-status', key) : key,
      walk(inner, key),
    ]);
    return Object.fromEntries(pairs) as unknown;
  };
  // What the middleware says is about other systems' words.
  return source === 'middleware' ? document : walk(document, '');
}
