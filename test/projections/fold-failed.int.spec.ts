/**
 * What nobody foresaw stops one fact and nothing else. The faults are put in on purpose: a function of the domain that throws at
 * one order, and a trigger by which the database refuses the rows of one.
 */
import { caseKinds } from '../../src/domain/cases/kinds';
import { catalogue } from '../../src/domain/drift/catalogue';
import type { Detector } from '../../src/domain/drift/detector';
import { defaultPolicy } from '../../src/domain/policy';
import { createLogger } from '../../src/platform/logging';
import { LiveRunner } from '../../src/projections/live';
import { fulfilment, item, salesOrder } from '../api/story';
import { type House, type Message, inHouse } from '../laws/support/house';
import { rowsOf } from '../laws/support/rows';
import { source } from '../api/service';

const AT = Date.UTC(2026, 9, 2);
const prima = (body: object): Message => ({ source: 'prima', body: JSON.stringify(body) });

/** An order that the warehouse never hears of is a canary: its fulfilment, which has no dispatch, opens a drift. */
const canary = (no: string) => [prima(salesOrder(no)), prima(fulfilment(`IF-${no}`, no, null))];

/** A runner that may complain: the faults are ours. */
function runnerOf(house: House, told: string[] = []): LiveRunner {
  const { pool, ledger, settings, sources } = house;
  const log = createLogger('error', { write: (line) => void told.push(line) });
  return new LiveRunner({ pool, ledger, settings, sources, log });
}

interface Quarantined {
  position: number;
  code: string;
  reason: string;
}

async function quarantine(house: House): Promise<Quarantined[]> {
  const { rows } = await house.pool.query<{ state: string }>(
    `SELECT state FROM live.cases WHERE kind = 'message' ORDER BY facts[1]`,
  );
  return rows.map(({ state }) => {
    const { position, code, reason } = JSON.parse(state) as Quarantined;
    return { position, code, reason };
  });
}

async function facts(house: House, key: string): Promise<number[]> {
  const { rows } = await house.pool.query<{ facts: string[] }>(
    'SELECT facts FROM live.cases WHERE key = $1',
    [key],
  );
  return rows[0]?.facts.map(Number) ?? [];
}

/** Replays equal what live folding made, row for row. */
async function expectSameRebuilt(house: House, lanes: number): Promise<void> {
  const before = await rowsOf(house.pool);
  await house.rebuild({ lanes });
  expect(await rowsOf(house.pool)).toEqual(before);
}

async function ready(house: House): Promise<void> {
  await house.configure([source('prima', 'prima'), source('scend', 'scend')]);
  await house.clock.set(AT);
  await house.append([prima(item('BAG-1'))]);
  await house.fold();
}

describe('a fact at which the code fails', () => {
  const { evolve } = caseKinds.order;
  const { contributions } = caseKinds.order;
  afterEach(() => Object.assign(caseKinds.order, { evolve, contributions }));

  it.each([1, 2])('while its case is told of it is quarantined, live and in a rebuild in %d lanes', (lanes) =>
    inHouse(async (house) => {
      caseKinds.order.evolve = (state, fact) => {
        if (JSON.stringify(fact.held.value).includes('POISON')) throw new RangeError('put in on purpose');
        return evolve(state, fact);
      };
      await ready(house);
      const told: string[] = [];
      const receipts = await house.append([
        ...canary('SO1'),
        prima(salesOrder('SO2', { externalRef: 'POISON' })),
        ...canary('SO3'),
      ]);
      await house.fold(runnerOf(house, told));
      expect(await quarantine(house)).toEqual([
        {
          position: receipts[2]!.position,
          code: 'fold-failed',
          reason: 'RangeError while a case was told of it',
        },
      ]);
      expect(told.join()).toContain('put in on purpose');
      expect(await facts(house, 'order:SO3')).toEqual([receipts[3]!.position, receipts[4]!.position]);
      const { rows } = await house.pool.query(
        `SELECT status, finding FROM live.drifts WHERE detector = 'message-invalid'`,
      );
      expect(rows).toHaveLength(1);
      expect(JSON.parse((rows[0] as { finding: string }).finding)).toMatchObject({
        cause: { code: 'fold-failed' },
      });
      await expectSameRebuilt(house, lanes);
    }),
  );

  it('while it tells others leaves those as they were', () =>
    inHouse(async (house) => {
      caseKinds.order.contributions = (state) => {
        if (JSON.stringify(state).includes('POISON')) throw new TypeError('put in on purpose');
        return contributions?.(state) ?? [];
      };
      await ready(house);
      const [, receipt] = await house.append([
        prima(salesOrder('SO2', { externalRef: 'POISON' })),
        prima(fulfilment('IF2', 'SO2', null)),
        ...canary('SO3'),
      ]);
      await house.fold(runnerOf(house));
      expect(await quarantine(house)).toMatchObject([{ position: receipt!.position, code: 'fold-failed' }]);
      expect(await facts(house, 'stock:BAG-1@UK1')).toHaveLength(1);
      await expectSameRebuilt(house, 1);
    }));
});

/** Patched from the start: what is asked is remembered by the policy, so that each house has one of its own. */
async function withDetector<K extends string>(
  code: K,
  around: (detect: Detector['detect']) => Detector['detect'],
  work: (house: House) => Promise<void>,
): Promise<void> {
  const detector = catalogue.find((each) => each.code === code) as Detector;
  const { detect } = detector;
  Object.assign(detector, { detect: around(detect) });
  try {
    await inHouse(work, { policy: { ...defaultPolicy } });
  } finally {
    Object.assign(detector, { detect });
  }
}

describe('a detector that fails', () => {
  it('leaves its own drifts of that case as they were, and no others', () => {
    let failing = false;
    return withDetector(
      'tax-code-missing',
      (detect) => (state, context) => {
        if (failing && JSON.stringify(state).includes('"SO1"')) throw new TypeError('put in on purpose');
        return detect(state, context);
      },
      async (house) => {
        await ready(house);
        const untaxed = (no: string) =>
          salesOrder(no, { lines: [{ ...salesOrder(no).lines[0], taxCode: null }] });
        await house.append([prima(untaxed('SO1')), prima(untaxed('SO2'))]);
        await house.fold();
        const drifts = async () =>
          (
            await house.pool.query<{ subject: string; status: string }>(
              `SELECT subject, status FROM live.drifts WHERE detector = 'tax-code-missing' ORDER BY subject`,
            )
          ).rows;
        const [first, second] = await drifts();
        expect([first?.status, second?.status]).toEqual(['open', 'open']);
        failing = true;
        const mended = (no: string) => prima(salesOrder(no, { version: 2 }));
        const [receipt] = await house.append([mended('SO1'), mended('SO2')]);
        await house.fold(runnerOf(house));
        expect(await drifts()).toEqual([first, { ...second, status: 'resolved' }]);
        expect(await quarantine(house)).toEqual([
          { position: receipt!.position, code: 'fold-failed', reason: 'TypeError while its case was judged' },
        ]);
      },
    );
  });

  it('is one that finds what is no JSON, too', () =>
    withDetector(
      'tax-code-missing',
      (detect) => (state, context) =>
        detect(state, context).map((finding) => ({
          ...finding,
          cause: { code: Object as never, detail: '' },
        })),
      async (house) => {
        await ready(house);
        const untaxed = salesOrder('SO1', { lines: [{ ...salesOrder('SO1').lines[0], taxCode: null }] });
        const [receipt] = await house.append([prima(untaxed), ...canary('SO2')]);
        await house.fold(runnerOf(house));
        expect(await quarantine(house)).toMatchObject([{ position: receipt!.position, code: 'fold-failed' }]);
        await expectSameRebuilt(house, 1);
      },
    ));
});

describe('a fact that the database does not take', () => {
  const refuse = (schema: string) => `
    CREATE FUNCTION ${schema}.refuse() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN IF NEW.key LIKE 'order:BAD%' THEN RAISE 'put in on purpose' USING ERRCODE = '22008'; END IF; RETURN NEW; END $$;
    CREATE TRIGGER refuse BEFORE INSERT ON ${schema}.cases FOR EACH ROW EXECUTE FUNCTION ${schema}.refuse()`;
  const many = (names: readonly string[]) => names.map((no) => prima(salesOrder(no)));

  it('is found among others and left out, live and by every replay of the same code, and tried again by another', () =>
    inHouse(async (house) => {
      await ready(house);
      await house.pool.query(refuse('live'));
      const names = Array.from({ length: 60 }, (_, n) =>
        n === 7 || n === 8 || n === 41 ? `BAD${n}` : `SO${n}`,
      );
      // Blocks of the same batch, before and after, are none of its business.
      const before = await house.append(canary('SO-FIRST'));
      const receipts = await house.append(many(names));
      const after = await house.append(canary('SO-LAST'));
      const told: string[] = [];
      await house.fold(runnerOf(house, told));
      const guilty = [7, 8, 41].map((n) => receipts[n]!.position);
      expect(await quarantine(house)).toEqual(
        guilty.map((position) => ({
          position,
          code: 'fold-failed',
          reason: 'error 22008 while it was stored',
        })),
      );
      for (const position of guilty) expect(told.join()).toContain(`"position":${position}`);
      expect(await facts(house, 'order:SO59')).toHaveLength(1);
      expect(await facts(house, 'order:SO-FIRST')).toEqual(before.map(({ position }) => position));
      expect(await facts(house, 'order:SO-LAST')).toEqual(after.map(({ position }) => position));
      await expectSameRebuilt(house, 1);
      await expectSameRebuilt(house, 2);
      // Another code, mapping or policy has failed at nothing yet.
      await house.pool.query(`UPDATE app.fold_failures SET fingerprint = 'of-another-code'`);
      await house.rebuild();
      expect(await quarantine(house)).toEqual([]);
      expect(await facts(house, 'order:BAD7')).toHaveLength(1);
    }));

  it('is found by a rebuild that meets it first', () =>
    inHouse(async (house) => {
      await ready(house);
      const receipts = await house.append(many(['SO1', 'BAD1', 'SO2', 'SO3', 'BAD2', 'SO4']));
      await house.fold();
      await house.pool.query(`
        CREATE FUNCTION app.refusing() RETURNS event_trigger LANGUAGE plpgsql AS $outer$
        DECLARE t record;
        BEGIN
          FOR t IN SELECT * FROM pg_event_trigger_ddl_commands() WHERE object_identity LIKE 'gen\\_%.cases' LOOP
            EXECUTE replace($s$${refuse('THERE')}$s$, 'THERE', split_part(t.object_identity, '.', 1));
          END LOOP;
        END $outer$;
        CREATE EVENT TRIGGER refusing ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION app.refusing()`);
      const slow: string[] = [];
      await house.rebuild({ onSlow: (error) => slow.push(error.message) });
      expect(slow).toEqual(['put in on purpose']);
      const guilty = [1, 4].map((n) => receipts[n]!.position);
      expect((await quarantine(house)).map(({ position }) => position)).toEqual(guilty);
      expect(await facts(house, 'order:SO4')).toHaveLength(1);
      // Live folding goes on, on what was built, and so does the next rebuild, which knows them.
      await house.append(many(['SO5', 'BAD3']));
      await house.fold(runnerOf(house));
      expect(await quarantine(house)).toHaveLength(3);
      slow.length = 0;
      const before = await rowsOf(house.pool);
      await house.rebuild({ onSlow: (error) => slow.push(error.message) });
      expect(slow).toEqual([]);
      expect(await rowsOf(house.pool)).toEqual(before);
    }));
});
