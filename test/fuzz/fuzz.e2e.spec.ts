import { startSite } from '../site/site';
import { freshDatabase } from '../support/postgres';
import { fuzz } from './fuzz';

/** `npm run fuzz` sends more, and makes what fails small. */
const INPUTS = Number(process.env.FUZZ_INPUTS ?? 20_000);
const SEED = Number(process.env.FUZZ_SEED ?? Date.now() % 1_000_000);

it(`${INPUTS} inputs that nobody should send: no wrong answer, nobody stopped, live equal to a replay (npm run fuzz -- --inputs ${INPUTS} --seed ${SEED})`, async () => {
  const database = await freshDatabase();
  const site = await startSite({ databaseUrl: database.url });
  try {
    const { faults, inputs, messages, calls } = await fuzz({ site, inputs: INPUTS, seed: SEED });
    const told = faults.map(({ what, label, call }) => ({
      what,
      label,
      call: call && `${call.method} ${call.path}`,
    }));
    expect(told).toEqual([]);
    expect(inputs).toBe(INPUTS);
    expect(messages).toBeGreaterThan(INPUTS / 2);
    expect(calls).toBeGreaterThan(INPUTS / 20);
  } finally {
    await site.stop();
    await database.drop();
  }
}, 300_000);
