/** Who has which case, and who reads which fact. */
import { kindFor } from '../../domain/sources/registry';
import { PAYLOAD, SOURCE } from '../../ledger/fact-rows';
import type { FactRows } from '../../ledger/rows';
import type { ProjectionSettings } from '../settings';

const ORDER = 'order:';
export const STOCK = 'stock:';

const COLON = 58;
const QUOTE = 34;

/** The lane of an order's case; null for every other case. */
export function laneOf(key: string, lanes: number): number | null {
  if (!key.startsWith(ORDER)) return null;
  let hash = 0;
  for (let i = ORDER.length; i < key.length; i++) hash = mix(hash, key.charCodeAt(i));
  return share(hash, lanes);
}

/**
 * The lane that shall read a fact: that of the order which it seems to be about, by the field in which its kind of system
 * names orders. A wrong guess is put right when the fact has been read, at the price of a longer way. Null: it seems to be
 * about no order.
 */
export class Reader {
  private readonly fields = new Map<string, Buffer | null>();

  constructor(
    private readonly settings: ProjectionSettings,
    private readonly lanes: number,
  ) {}

  of(row: FactRows): number | null {
    const field = this.fieldOf(row.word(SOURCE));
    if (field === null || row.isNull(PAYLOAD)) return null;
    const { buffer } = row;
    const end = (row.starts[PAYLOAD] as number) + (row.lengths[PAYLOAD] as number);
    const name = buffer.indexOf(field, row.starts[PAYLOAD]);
    if (name < 0 || name >= end) return null;
    let at = name + field.length;
    while (at < end && buffer[at] !== COLON) at++;
    while (at < end && buffer[at] !== QUOTE) at++;
    let hash = 0;
    for (at++; at < end && buffer[at] !== QUOTE; at++) hash = mix(hash, buffer[at] as number);
    return at < end ? share(hash, this.lanes) : null;
  }

  private fieldOf(source: string): Buffer | null {
    const known = this.fields.get(source);
    if (known !== undefined) return known;
    const settings = this.settings.source(source);
    const name = settings && kindFor(settings)?.orderField;
    const field = name ? Buffer.from(`"${name}"`) : null;
    this.fields.set(source, field);
    return field;
  }
}

function mix(hash: number, char: number): number {
  return (Math.imul(hash, 31) + char) | 0;
}

function share(hash: number, lanes: number): number {
  return (hash >>> 8) % lanes;
}
