/** Who has which case, and who reads which fact. */
import type { Fact } from '../../ledger/port';
import { sourceKinds } from '../../domain/sources/registry';
import type { ProjectionSettings } from '../settings';

const ORDER = 'order:';
export const STOCK = 'stock:';

/** The lane of an order's case; null for every other case. */
export function laneOf(key: string, lanes: number): number | null {
  return key.startsWith(ORDER) ? share(key, ORDER.length, lanes) : null;
}

/**
 * The lane that shall read a fact: that of the order which it seems to be about. A wrong guess is put right when the fact has
 * been read, at the price of a longer way. Null: it seems to be about no order.
 */
export function readerOf(
  { source, payload }: Pick<Fact, 'source' | 'payload'>,
  settings: ProjectionSettings,
  lanes: number,
): number | null {
  if (typeof payload !== 'string') return null;
  const field = sourceKinds.get(settings.source(source)?.kind ?? '')?.orderField;
  if (!field) return null;
  const orderNo = valueOf(payload, field);
  return orderNo === null ? null : share(orderNo, 0, lanes);
}

/** The text in the first field of that name, as it stands there. */
function valueOf(payload: string, field: string): string | null {
  const name = payload.indexOf(`"${field}"`);
  if (name < 0) return null;
  const colon = payload.indexOf(':', name + field.length + 2);
  const open = payload.indexOf('"', colon);
  const close = payload.indexOf('"', open + 1);
  return open < 0 || close < 0 ? null : payload.slice(open + 1, close);
}

function share(text: string, from: number, lanes: number): number {
  let hash = 0;
  for (let i = from; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return (hash >>> 8) % lanes;
}
