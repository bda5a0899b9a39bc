/** Quantities and prices in canonical units. Exact: what cannot be said in whole millionths is refused, never rounded. */
import { MICRO, NotExact, mulDivExact } from '../exact';
import type { Body } from '../facts/canonical';
import { withChanges } from './changes';
import type { SourceMapping, Unit } from './source-mapping';

interface Line {
  sku: string;
  quantity: number;
  uom: string;
}

export function countedLine<L extends Line>(line: L, map: SourceMapping, at: number): L {
  const sku = map.sku(line.sku, at);
  const unit = map.unit(sku, line.uom, at);
  if (!unit) return sku === line.sku ? line : { ...line, sku };
  return { ...line, sku, uom: unit.to, quantity: times(line.quantity, unit) };
}

interface PricedLine extends Line {
  unitPrice: number | null;
  taxCode: string | null;
}

export function pricedLine<L extends PricedLine>(line: L, map: SourceMapping, at: number): L {
  const sku = map.sku(line.sku, at);
  const taxCode = line.taxCode === null ? null : map.taxCode(line.taxCode, at);
  const unit = map.unit(sku, line.uom, at);
  if (!unit) return sku === line.sku && taxCode === line.taxCode ? line : { ...line, sku, taxCode };
  const unitPrice = line.unitPrice === null ? null : priceOfOne(line.unitPrice, unit);
  return { ...line, sku, taxCode, uom: unit.to, quantity: times(line.quantity, unit), unitPrice };
}

export function stockBalance(
  body: Body<'stock-balance'>,
  map: SourceMapping,
  at: number,
): Body<'stock-balance'> {
  const sku = map.sku(body.sku, at);
  const unit = map.unit(sku, body.uom, at);
  if (!unit) return withChanges(body, { sku });
  const cost = body.unitCost && priceOfOne(body.unitCost.amount, unit);
  return {
    ...body,
    sku,
    uom: unit.to,
    physical: times(body.physical, unit),
    allocated: times(body.allocated, unit),
    quarantined: times(body.quarantined, unit),
    inTransit: body.inTransit === null ? null : times(body.inTransit, unit),
    unitCost: body.unitCost && cost !== null ? { ...body.unitCost, amount: cost } : null,
  };
}

/** A price that is no whole number of minor units in the canonical unit stays in its own. */
export function price(body: Body<'price'>, map: SourceMapping, at: number): Body<'price'> {
  const sku = map.sku(body.sku, at);
  const unit = map.unit(sku, body.uom, at);
  const unitPrice = unit ? priceOfOne(body.unitPrice, unit) : null;
  return unit && unitPrice !== null ? { ...body, sku, uom: unit.to, unitPrice } : withChanges(body, { sku });
}

/** Its units by their canonical names, each with the factor that follows from those of the base unit and its own. */
export function item(body: Body<'item'>, map: SourceMapping, at: number): Body<'item'> {
  const sku = map.sku(body.sku, at);
  return withChanges(body, {
    sku,
    status: map.label('item', body.status, at),
    stockManaged: body.stockManaged && !map.neverShips(sku, at),
    taxCode: body.taxCode === null ? null : map.taxCode(body.taxCode, at),
    ...unitsOf(body, sku, map, at),
  });
}

function unitsOf(
  { baseUom, uoms }: Body<'item'>,
  sku: string,
  map: SourceMapping,
  at: number,
): Pick<Body<'item'>, 'baseUom' | 'uoms'> {
  const base = map.unit(sku, baseUom, at);
  const units = uoms.map(({ uom }) => map.unit(sku, uom, at));
  if (!base && units.every((unit) => unit === undefined)) return { baseUom, uoms };
  const name = base?.to ?? baseUom;
  const mapped = new Map<string, number>();
  uoms.forEach(({ uom, factor }, index) => {
    const unit = units[index];
    const to = unit?.to ?? uom;
    // Two of its units may become one: the base unit is what it is, of the others the first stands.
    if (mapped.has(to)) return;
    const inBase = base ? times(factor, base) : factor;
    mapped.set(to, to === name ? MICRO : unit ? divided(inBase, unit) : inBase);
  });
  return { baseUom: name, uoms: [...mapped].map(([uom, factor]) => ({ uom, factor })) };
}

function times(quantity: number, { to, factor }: Unit): number {
  return mulDivExact(quantity, factor, MICRO) ?? refuse(to);
}

function divided(quantity: number, { to, factor }: Unit): number {
  return mulDivExact(quantity, MICRO, factor) ?? refuse(to);
}

/** What one costs, of what one of the source's units costs; null where that is no whole number of minor units. */
function priceOfOne(amount: number, { factor }: Unit): number | null {
  return mulDivExact(amount, MICRO, factor);
}

function refuse(to: string): never {
  throw new NotExact(`a quantity of it has more than 6 decimals in ${to}, by the unit mapping`);
}
