/** Mappings of the simulator's trading: one with entries in every table, one that is mistaken about half of all articles. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Lab, LedgerFolder } from './lab';
import { withClient, withServer } from './server';

const ALIASES = 20_000;
const LINKS = 2_000;

/** In every table: half of all SKUs, every customer's and tax code's word, units, statuses, reasons, patterns. Answers the file. */
export async function everyTable(lab: Lab, ledger: LedgerFolder): Promise<string> {
  const { skus, customers, taxCodes } = await wordsOf(ledger);
  const filler = (count: number, word: string) =>
    Array.from({ length: count }, (_, n) => ({ from: `${word}-${n}`, to: `${word}-${n % 97}-ours` }));
  return file(lab, 'every-table.json', {
    'sku-aliases': [...renamed(skus), ...filler(ALIASES, 'old')],
    units: [
      { from: 'PIECE', to: 'EA' },
      { from: 'TRAY', to: 'EA', factor: '12' },
    ],
    'stock-status': [
      { from: 'SELLABLE', to: 'available' },
      { from: 'HOLD', to: 'quarantine' },
    ],
    'reason-codes': [{ from: 'NO_SUCH_ITEM', to: 'UNKNOWN_SKU' }],
    'tax-codes': taxCodes.map((code) => ({ from: code, to: `${code}-ours` })),
    'non-stock': [{ pattern: 'FEE-*' }, { pattern: '*-GIFTWRAP' }],
    'customer-links': [
      ...customers.map((account) => ({ from: account, to: `${account}-ours` })),
      ...filler(LINKS, 'guest').map((link) => ({ ...link, merge: true })),
    ],
    'status-labels': [{ of: 'sales-order', from: 'released', to: 'pending_fulfilment' }],
  });
}

/** What the warehouse calls half of all articles is taken for others: what was dispatched is not what was posted. */
export async function mistaken(lab: Lab, ledger: LedgerFolder): Promise<string> {
  const { skus } = await wordsOf(ledger);
  return file(lab, 'mistaken.json', {
    'sku-aliases': renamed(skus).map((entry) => ({ ...entry, source: 'scend' })),
  });
}

function renamed(skus: readonly string[]): { from: string; to: string }[] {
  return skus.filter((_, n) => n % 2 === 0).map((sku) => ({ from: sku, to: `${sku}-R` }));
}

/** Of a ledger that is folded. */
function wordsOf({ dataDir }: LedgerFolder) {
  return withServer(dataDir, (url) =>
    withClient(url, async (client) => {
      const { rows } = await client.query<{ kind: string; name: string }>(
        `SELECT kind, substr(key, strpos(key, ':') + 1) AS name FROM live.cases WHERE kind IN ('product', 'customer') ORDER BY key`,
      );
      const named = (kind: string) => rows.filter((row) => row.kind === kind).map(({ name }) => name);
      const codes = await client.query<{ code: string }>(
        `SELECT DISTINCT state::json #>> '{items,0,value,taxCode}' AS code FROM live.cases
          WHERE kind = 'product' AND state::json #>> '{items,0,value,taxCode}' IS NOT NULL ORDER BY 1`,
      );
      return {
        skus: named('product'),
        customers: named('customer'),
        taxCodes: codes.rows.map(({ code }) => code),
      };
    }),
  );
}

function file(lab: Lab, name: string, tables: object): string {
  const whole = path.join(lab.folder, name);
  writeFileSync(whole, JSON.stringify(tables));
  return whole;
}
