/** A small `npm run quality`: every detector is in the table, and what is below 1.0 is said. */
import { type Outcome, runJob } from '../../bench/quality/job';
import { type NearMisses, nearMisses } from '../../bench/quality/near-misses';
import { jobsOf } from '../../bench/quality/plan';
import { problemsOf, rowsOf, tableOf } from '../../bench/quality/report';
import { catalogue } from '../../src/domain/drift/catalogue';

const codes = [...new Set(catalogue.map(({ code }) => code))].sort();
let misses: NearMisses[];
beforeAll(async () => {
  misses = await nearMisses();
});

it('finds all that goes wrong in a small world, renamed in the middle of it, and misses no detector', async () => {
  const outcome = await runJob({ seed: 31, orders: 60, manner: 'renamed', cleanDays: null });
  const rows = rowsOf([outcome], misses);
  expect(problemsOf([outcome], misses, rows)).toEqual([]);
  expect(rows.map(({ detector }) => detector)).toEqual(codes);
});

it('finds nothing in clean days that are shuffled', async () => {
  const outcome = await runJob({ seed: 32, orders: 60, manner: 'shuffled', cleanDays: 3 });
  expect(outcome).toMatchObject({ injected: [], found: [], missed: [], extra: [] });
});

it('tells every world in two manners, and has a clean month at the end', () => {
  const jobs = jobsOf(20, 50_000);
  const faulty = jobs.filter(({ cleanDays }) => cleanDays === null);
  expect(new Set(faulty.map(({ seed }) => seed)).size).toBe(20);
  expect(new Set(faulty.map(({ manner }) => manner)).size).toBe(4);
  expect(faulty.reduce((total, { orders }) => total + orders, 0)).toBe(100_000);
  expect(jobs.slice(faulty.length).map(({ manner, cleanDays }) => [manner, cleanDays])).toEqual([
    ['shuffled', 30],
    ['as told', 30],
  ]);
});

describe('what is below 1.0', () => {
  const [first = '', second = ''] = codes;
  const outcome: Outcome = {
    job: { seed: 7, orders: 9, manner: 'as told', cleanDays: null },
    messages: 1,
    seconds: 0,
    injected: [first, first],
    found: [{ detector: first, afterMs: 90_000 }],
    missed: [{ detector: first, text: 'that one' }],
    extra: [{ detector: first, text: 'another' }],
  };
  const told = [{ detector: first, tried: 2, told: ['inside grace'] }];

  it('is listed with its seed', () => {
    expect(problemsOf([outcome], told, rowsOf([outcome], told, first))).toEqual([
      `${first}: told of a near miss: inside grace`,
      `${first}: missed that one, seed 7, 9 orders, as told`,
      `${first}: false another, seed 7, 9 orders, as told`,
    ]);
  });

  it('includes a detector of which nothing was injected', () => {
    expect(problemsOf([outcome], [], rowsOf([outcome], [], second))).toEqual([
      `${second}: nothing of it was injected`,
    ]);
  });

  it('shows in the table', () => {
    const [, row] = tableOf(rowsOf([outcome], told, first)).split('\n');
    expect(row?.split(/ {2,}/)).toEqual([first, '2', '1', '1', '0.500', '0.500', '1 of 2', '2 min', '2 min']);
  });
});
