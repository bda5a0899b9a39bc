/** An acceptance with an end: the drift is open again from then on, although nothing was heard. */
import {
  customer,
  hours,
  item,
  rejectedByWarehouse,
  salesOrder,
  synchronised,
} from '../../src/domain/drift/examples';
import type { Engine } from '../../src/projections/engine/engine';
import { drifts, foldTold, memoryEngine, tick } from '../support/fold';

const facts = [
  customer(hours(-9)),
  item(hours(-9)),
  synchronised(hours(-9)),
  salesOrder(hours(0)),
  rejectedByWarehouse(hours(1), 'OTHER'),
];

async function accept(engine: Engine, until: number | null, at: number): Promise<void> {
  const [drift] = drifts(engine).filter(({ detector }) => detector === 'order-rejected');
  const position = engine.position + 1;
  await engine.fold([
    {
      position,
      source: 'tallystick',
      kind: 'tallystick',
      stream: 'drift.accepted',
      type: 'drift.accepted',
      key: 'a-1',
      occurredAt: at,
      recordedAt: at,
      bytes: 0,
      hash: '',
      translation: { ok: true, facts: [] },
      own: {
        type: 'drift.accepted',
        id: 'a-1',
        drift: drift?.id ?? '',
        caseKey: 'order:SO1',
        anchor: drift?.anchor ?? '',
        occurrence: 1,
        valuesHash: drift?.valuesHash ?? '',
        actor: 'ada',
        at,
        comment: 'known',
        assignee: null,
        until,
      },
    },
  ]);
}

const statusOf = (engine: Engine) =>
  drifts(engine).find(({ detector }) => detector === 'order-rejected')?.status;

it.each<[string, number | null, [number, string][]]>([
  [
    'ends at its end',
    hours(5),
    [
      [hours(5) - 1, 'accepted'],
      [hours(5), 'open'],
    ],
  ],
  ['holds without an end', null, [[hours(500), 'accepted']]],
])('an acceptance %s', async (_, until, seen) => {
  const engine = memoryEngine();
  await foldTold(engine, facts, hours(2));
  expect(statusOf(engine)).toBe('open');
  await accept(engine, until, hours(3));
  expect(statusOf(engine)).toBe('accepted');
  for (const [at, status] of seen) {
    await tick(engine, at);
    expect(statusOf(engine)).toBe(status);
  }
});
