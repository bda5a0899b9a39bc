import { defaultPolicy } from '../../src/domain/policy';
import { DocumentRefused } from '../../src/domain/refused';
import { Drafts, NothingInForce } from '../../src/projections/drafts';
import { ensureLive } from '../../src/projections/generations';
import { InForceBook } from '../../src/projections/in-force';
import { VersionBook } from '../../src/projections/versions';
import { type House, inHouse } from '../laws/support/house';
import { rowsOf } from '../laws/support/rows';

const by = (actor: string, reason: string | null = null) => ({ actor, at: Date.UTC(2026, 10, 20), reason });
const alias = (from: string) => [{ from, to: 'B' }];
const draftsOf = ({ ledger, pool, sources }: House) =>
  new Drafts(new VersionBook(ledger), new InForceBook(pool), sources);

describe('versions in the ledger', () => {
  it('have a number each, without gaps, whoever drafts at the same moment', () =>
    inHouse(async (house) => {
      const books = Array.from({ length: 4 }, () => new VersionBook(house.ledger));
      const drafted = await Promise.all(
        books.map((book, index) => book.draft('sku-aliases', alias(`A${index}`), by(`writer-${index}`))),
      );
      expect(drafted.map(({ version }) => version.version).sort()).toEqual([1, 2, 3, 4]);
      const fresh = new VersionBook(house.ledger);
      const versions = await fresh.of('sku-aliases');
      expect(versions.map(({ version }) => version)).toEqual([1, 2, 3, 4]);
      expect(new Set(versions.map(({ actor }) => actor)).size).toBe(4);
      expect(await Promise.all(books.map((book) => book.of('sku-aliases')))).toEqual(
        books.map(() => versions),
      );
      const contents = await Promise.all(versions.map((version) => fresh.content(version)));
      expect(contents.map((entries) => JSON.stringify(entries)).sort()).toEqual(
        [0, 1, 2, 3].map((index) => JSON.stringify(alias(`A${index}`))),
      );
    }));

  it('say the same once, and again when something else was said meanwhile', () =>
    inHouse(async (house) => {
      const book = new VersionBook(house.ledger);
      const draft = async (from: string) => {
        const { version, changed } = await book.draft('sku-aliases', alias(from), by('ada'));
        return [version.version, changed];
      };
      expect(await draft('A')).toEqual([1, true]);
      expect(await draft('A')).toEqual([1, false]);
      expect(await draft('C')).toEqual([2, true]);
      expect(await draft('A')).toEqual([3, true]);
      expect((await book.draft('policy', defaultPolicy, by('ada', 'why'))).version).toMatchObject({
        version: 1,
        reason: 'why',
      });
      expect(await book.of('units')).toEqual([]);
    }));

  it('change no case and no drift, live and in a replay', () =>
    inHouse(async (house) => {
      await house.fold();
      await ensureLive(house.pool, house.settings);
      const drafts = draftsOf(house);
      await drafts.draftTable('sku-aliases', alias('A'), by('ada'));
      await drafts.draftPolicy({ detectors: { 'order-rejected': { enabled: false } } }, by('ada'));
      await house.fold();
      const { cases, drifts } = await rowsOf(house.pool);
      expect([cases, drifts]).toEqual([[], []]);
      await house.rebuild();
      expect((await rowsOf(house.pool)).cases).toEqual([]);
    }));

  it('are what is drafted, until they are in force; nothing is in force before the first generation', () =>
    inHouse(async (house) => {
      const drafts = draftsOf(house);
      await expect(drafts.tables()).rejects.toBeInstanceOf(NothingInForce);
      await ensureLive(house.pool, house.settings);
      expect([await drafts.mappingDraft(), await drafts.policyDraft()]).toEqual([null, null]);
      await drafts.draftTable('tax-codes', alias('A'), by('ada'));
      expect(await drafts.mappingDraft()).toMatchObject({ 'tax-codes': alias('A'), units: [] });
      expect((await drafts.table('tax-codes')).inForce).toEqual({ version: 0, content: [] });
      expect((await drafts.policy()).inForce).toEqual({ version: null, content: defaultPolicy });
      await expect(drafts.draftTable('tax-codes', [{}], by('ada'))).rejects.toBeInstanceOf(DocumentRefused);
      await expect(drafts.draftPolicy({ detector: {} }, by('ada'))).rejects.toBeInstanceOf(DocumentRefused);
      expect((await drafts.table('tax-codes')).versions).toHaveLength(1);
    }));
});
