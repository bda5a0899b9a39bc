import type { Random } from '../random';
import { divRound } from '../arithmetic';

export type Currency = 'GBP' | 'EUR';

export interface Component {
  item: Item;
  quantity: number;
}

/** Money in minor units, factors and quantities in base units (EA). */
export interface Item {
  code: string;
  description: string;
  status: 'active' | 'inactive' | 'discontinued';
  stockManaged: boolean;
  /** Base units per CASE and per PALLET; null: sold by the piece only. */
  caseFactor: number | null;
  palletFactor: number | null;
  reducedTax: boolean;
  price: Record<Currency, number>;
  unitCost: number;
  weightG: number;
  serial: number;
  kit: { explodeAt: 'order' | 'warehouse'; components: Component[] } | null;
  /** When Prima wrote it. */
  createdAt: number;
  /** How long after that the warehouse had it; null: never. */
  synchronisedAfter: number | null;
}

export interface Catalogue {
  /** Traded by every order. */
  general: Item[];
  /** Traded only by orders that go well: each injected stock fault owns one, so that no other difference masks it. */
  reserved: Item[];
  components: Item[];
  orderKits: Item[];
  warehouseKits: Item[];
  delivery: Item;
  warranty: Item;
  /** Charged by some orders, and in nobody's item master. */
  engraving: Item;
  /** Neither traded nor synchronised, and rightly so. */
  retired: Item[];
  /** Added by faults: the warehouse does not know them. */
  unsynchronised: Item[];
}

const FAMILIES = ['BAG', 'BELT', 'SHOE', 'HAT', 'COAT', 'SCARF', 'STRAP', 'LAMP'];
const CASES = [6, 10, 12, 24];

export class ItemFactory {
  private serial = 10_000;

  constructor(
    private readonly random: Random,
    private readonly createdAt: number,
  ) {}

  stocked(overrides: Partial<Item> = {}): Item {
    const serial = this.serial++;
    const family = this.random.pick(FAMILIES);
    const pence = this.random.int(199, 19_999);
    const caseFactor = this.random.chance(350) ? this.random.pick(CASES) : null;
    return {
      // Half of the codes are numbers, as the channel writes them: nobody may take a SKU for a number.
      code: serial % 2 === 0 ? `${family}-${serial}` : String(563_800_000 + serial),
      description: `${family.toLowerCase()} no. ${serial}`,
      status: 'active',
      stockManaged: true,
      caseFactor,
      palletFactor: caseFactor === null ? null : caseFactor * 40,
      reducedTax: this.random.chance(150),
      price: { GBP: pence, EUR: divRound(pence * 117, 100) },
      unitCost: divRound(pence * this.random.int(30, 60), 100),
      weightG: this.random.int(50, 4_000),
      serial,
      kit: null,
      createdAt: this.createdAt + this.random.int(0, 3_600) * 1000,
      synchronisedAfter: this.random.int(60, 3_500) * 1000,
      ...overrides,
    };
  }

  service(code: string, pence: number): Item {
    return this.stocked({
      code,
      description: code.toLowerCase(),
      stockManaged: false,
      caseFactor: null,
      palletFactor: null,
      reducedTax: false,
      price: { GBP: pence, EUR: divRound(pence * 117, 100) },
      unitCost: 0,
      weightG: 0,
      synchronisedAfter: null,
    });
  }

  /** A kit that Prima explodes is not stock managed there; one that the warehouse explodes is known to the warehouse. */
  kit(code: string, explodeAt: 'order' | 'warehouse', parts: Item[]): Item {
    return this.stocked({
      code,
      description: `kit ${code}`,
      stockManaged: explodeAt === 'warehouse',
      caseFactor: null,
      palletFactor: null,
      kit: { explodeAt, components: parts.map((item) => ({ item, quantity: this.random.int(1, 2) })) },
      ...(explodeAt === 'order' ? { synchronisedAfter: null } : {}),
    });
  }
}

export function createCatalogue(
  random: Random,
  createdAt: number,
  orders: number,
  reserved: number,
): Catalogue {
  const factory = new ItemFactory(random, createdAt);
  const some = (count: number, overrides?: Partial<Item>) =>
    Array.from({ length: count }, () => factory.stocked(overrides));
  const general = some(Math.min(260, Math.max(40, orders)));
  // Whatever the seed: something is sold by the case.
  general.slice(0, 4).forEach((item) => Object.assign(item, { caseFactor: 12, palletFactor: 480 }));
  // One came to the warehouse late: long since healed.
  general.slice(4, 5).forEach((item) => Object.assign(item, { synchronisedAfter: 3 * 3_600_000 }));
  const components = some(16, { caseFactor: null, palletFactor: null });
  const kits = (explodeAt: 'order' | 'warehouse', offset: number) =>
    [0, 1, 2].map((n) => {
      const from = offset + n * 2;
      return factory.kit(
        `KIT-${explodeAt === 'order' ? 'O' : 'W'}${n + 1}`,
        explodeAt,
        components.slice(from, from + 2),
      );
    });
  return {
    general,
    reserved: some(reserved),
    components,
    orderKits: kits('order', 0),
    warehouseKits: kits('warehouse', 8),
    delivery: factory.service('DELIVERY', 395),
    warranty: factory.service('WARRANTY-2Y', 2_000),
    engraving: factory.service('ENGRAVING', 750),
    retired: [
      factory.stocked({ status: 'inactive', synchronisedAfter: null }),
      factory.stocked({ status: 'discontinued', synchronisedAfter: null }),
    ],
    unsynchronised: [],
  };
}

/** An item that Prima has and the warehouse was never told about. */
export function addUnsynchronised(
  catalogue: Catalogue,
  random: Random,
  createdAt: number,
  codeOf = (serial: number) => `NEW-${serial}`,
): Item {
  const serial = 90_000 + catalogue.unsynchronised.length;
  const item = new ItemFactory(random, createdAt).stocked({
    code: codeOf(serial),
    description: `new arrival ${serial}`,
    serial,
    caseFactor: null,
    palletFactor: null,
    createdAt,
    synchronisedAfter: null,
  });
  catalogue.unsynchronised.push(item);
  return item;
}

export function allItems(catalogue: Catalogue): Item[] {
  return [
    ...stockedItems(catalogue),
    ...catalogue.orderKits,
    ...catalogue.warehouseKits,
    catalogue.delivery,
    catalogue.warranty,
    ...catalogue.retired,
  ];
}

/** A kit that is never sold, of what it is told to be made of. */
export function addKit(
  catalogue: Catalogue,
  random: Random,
  createdAt: number,
  code: string,
  partsOf: (kit: Item) => Item[],
): Item {
  const kit = new ItemFactory(random, createdAt).kit(code, 'order', []);
  kit.createdAt = createdAt;
  kit.kit = { explodeAt: 'order', components: partsOf(kit).map((item) => ({ item, quantity: 1 })) };
  catalogue.orderKits.push(kit);
  return kit;
}

/** Items that lie in a warehouse; a kit itself never does. */
export function stockedItems(catalogue: Catalogue): Item[] {
  return [...catalogue.general, ...catalogue.reserved, ...catalogue.components, ...catalogue.unsynchronised];
}
