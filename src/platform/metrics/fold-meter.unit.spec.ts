import { Registry } from 'prom-client';
import { FoldMeter } from './fold-meter';

it('observes a block once, and never an age below nothing', async () => {
  const registry = new Registry();
  const meter = new FoldMeter(registry);
  const facts = [
    { block: 1, recordedAt: 1_000 },
    { block: 1, recordedAt: 1_000 },
    { block: 2, recordedAt: 1_900 },
    { block: 3, recordedAt: 2_500 },
  ];
  meter.visible(facts, 2_000);
  const text = await registry.metrics();
  expect(text).toContain('tallystick_freshness_seconds_count 3');
  expect(text).toContain('tallystick_freshness_seconds_sum 1.1');
  expect(text).toContain('tallystick_freshness_seconds_bucket{le="0.005"} 1');
  expect(text).toContain('tallystick_folded_facts_total 4');
});
