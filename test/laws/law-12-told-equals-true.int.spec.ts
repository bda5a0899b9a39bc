import fc from 'fast-check';
import { defaultPolicy, type Policy } from '../../src/domain/policy';
import { actFact, actOn } from '../../src/api/drifts/act-on-drift';
import type { DriftEntity } from '../../src/api/entities/drift.entity';
import type { DriftStatus } from '../../src/projections/engine/records';
import { ensureLive, lastFormer } from '../../src/projections/generations';
import type { LiveRunner } from '../../src/projections/live';
import { build, promoteGeneration } from '../../src/projections/rebuild';
import { insertOutbox } from '../../src/reactions/outbox';
import { tellPromotion } from '../../src/reactions/promotion-alert';
import { source } from '../api/service';
import { customer, hour, item, received, rejected, salesOrder, synchronised } from '../api/story';
import { type House, inHouse } from './support/house';
import { type Listeners, type Mishap, type State, listeners } from './support/listeners';

const ORDERS = 3;
const quiet: Policy = { ...defaultPolicy, detectors: { 'order-rejected': { enabled: false } } };

type Step =
  | { do: 'reject' | 'receive' | 'name' | 'accept'; order: number }
  | { do: 'fold' | 'rollback' | 'resend' }
  | { do: 'promote'; quiet: boolean; folded: boolean }
  | { do: 'send'; mishap: Mishap | undefined };

const order = fc.integer({ min: 1, max: ORDERS });
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ do: fc.constantFrom('reject' as const, 'receive' as const), order }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('name' as const, 'accept' as const), order }) },
    { weight: 3, arbitrary: fc.constant({ do: 'fold' as const }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('rollback' as const, 'resend' as const) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('promote' as const),
        quiet: fc.boolean(),
        folded: fc.boolean(),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('send' as const),
        mishap: fc.constantFrom<Mishap | undefined>(undefined, 'crash', 'lost', 'down', 'refused'),
      }),
    },
  ),
  { minLength: 6, maxLength: 24 },
);

/** One installation, whose facts, people and machines are the test's. */
class Story {
  private hours = 1;
  private runner: LiveRunner;

  private constructor(
    readonly house: House,
    readonly told: Listeners,
  ) {
    this.runner = house.runner({ onEvents: insertOutbox });
  }

  static async begin(house: House): Promise<Story> {
    await house.clock.set(Date.parse(hour(200)));
    await house.configure([source('prima', 'prima'), source('scend', 'scend')]);
    await ensureLive(house.pool, house.settings);
    const story = new Story(house, await listeners(house.pool));
    await story.tell('prima', item('BAG-1'), customer());
    await story.tell('scend', synchronised('BAG-1'));
    await story.fold();
    return story;
  }

  async step(step: Step): Promise<void> {
    switch (step.do) {
      case 'reject':
        return this.tell('scend', rejected(`SO${step.order}`, hour((this.hours += 1))));
      case 'receive':
        return this.tell('scend', received(`SO${step.order}`, hour((this.hours += 1))));
      case 'name':
        return this.tell('prima', salesOrder(`SO${step.order}`));
      case 'accept':
        return this.accept(step.order);
      case 'fold':
        return this.fold();
      case 'promote':
        if (step.folded) await this.fold();
        return this.promote(step.quiet ? quiet : defaultPolicy);
      case 'rollback':
        return this.rollback();
      case 'resend':
        return this.resend();
      case 'send':
        return this.told.send(step.mishap);
    }
  }

  async tell(name: string, ...messages: object[]): Promise<void> {
    await this.house.append(messages.map((message) => ({ source: name, body: JSON.stringify(message) })));
  }

  async fold(): Promise<void> {
    await this.house.fold(this.runner);
  }

  async promote(policy: Policy): Promise<void> {
    const { pool, ledger, settings } = this.house;
    const made = { pool, ledger, settings: { ...settings, policy } };
    const { generation } = await build(made);
    await promoteGeneration({ ...made, generation, onPromoted: tellPromotion });
    this.follow(policy);
  }

  private async rollback(): Promise<void> {
    const { pool, ledger, settings } = this.house;
    const former = await lastFormer(pool);
    if (!former) return;
    await promoteGeneration({ pool, ledger, settings, generation: former.id, onPromoted: tellPromotion });
    this.follow(former.made.policy);
  }

  /** Who folds next does so by what is live. */
  private follow(policy: Policy): void {
    const settings = { ...this.house.settings, policy };
    this.runner = this.house.runner({ onEvents: insertOutbox, settings });
  }

  private async accept(no: number): Promise<void> {
    const { rows } = await this.house.pool.query<DriftEntity>(
      `SELECT id, case_key AS "caseKey", anchor, occurrence, values_hash AS "valuesHash" FROM live.drifts
        WHERE status = 'open' AND case_key = $1 LIMIT 1`,
      [`order:SO${no}`],
    );
    if (!rows[0]) return;
    const act = { type: 'drift.accepted', drift: rows[0].id, actor: 'test', comment: 'agreed' } as const;
    const request = { ...act, assignee: null, until: null, idempotencyKey: null };
    await this.house.ledger.append([actFact(actOn(rows[0], request))]);
  }

  /** As `POST /v1/alerts/{id}/resend`: what was given up and is the newest of its drift. */
  async resend(): Promise<void> {
    for (const [status, attempts] of [
      ['status', 'attempts'],
      ['hook_status', 'hook_attempts'],
    ])
      await this.house.pool.query(
        `UPDATE app.outbox o SET ${status} = 'pending', ${attempts} = 0 WHERE ${status} = 'dead'
            AND NOT EXISTS (SELECT FROM app.outbox l WHERE l.told_as = o.told_as AND l.id > o.id)`,
      );
  }

  /** Drifts that were told otherwise than they are, or not at all; empty where the law holds. */
  async lies(): Promise<string[]> {
    const { pool } = this.house;
    const { rows: drifts } = await pool.query<{
      id: string;
      aliases: string[];
      status: DriftStatus;
      opened_by: number;
    }>('SELECT id, aliases, status, opened_by FROM live.drifts');
    const { rows: promoted } = await pool.query<{ position: number | null }>(
      `SELECT max(position) AS position FROM app.outbox WHERE kind = 'generation.promoted'`,
    );
    const known = new Map(
      drifts.flatMap((drift) => [drift.id, ...drift.aliases].map((name) => [name, drift])),
    );
    const lies: string[] = [];
    const last = new Map<string, State>();
    for (const { names, state } of this.told.heard)
      last.set(known.get(names.find((name) => known.has(name)) ?? '')?.id ?? names.at(-1) ?? '', state);
    for (const [id, state] of last) {
      const drift = known.get(id);
      const is = STATES[drift?.status ?? 'resolved'];
      if (state !== is) lies.push(`a machine heard that ${id} is ${state}, and it is ${is}`);
      const read = await this.told.read(drift ? [id, ...drift.aliases] : [id]);
      if (read !== null && read !== is) lies.push(`people read that ${id} is ${read}, and it is ${is}`);
    }
    for (const { id, status, opened_by: by } of drifts)
      if (status === 'open' && !last.has(id) && by > (promoted[0]?.position ?? 0))
        lies.push(`nobody was told of ${id}, which fact ${by} has opened`);
    return [...lies, ...(await this.threadsThatLie())];
  }

  /** A thread's first message says how its cause stands. */
  private async threadsThatLie(): Promise<string[]> {
    const { rows } = await this.house.pool.query<{ ts: string; open: number }>(
      `SELECT ts, (SELECT count(*) FROM live.drifts WHERE cluster = about AND status = 'open') AS open
         FROM app.alert_threads t WHERE ts IS NOT NULL
          AND NOT EXISTS (SELECT FROM app.alert_threads n WHERE (n.about, n.place) = (t.about, t.place) AND n.created_at > t.created_at)`,
    );
    return rows.flatMap(({ ts, open }) => {
      const text = this.told.slack.messages.find((message) => message.ts === ts)?.text ?? '';
      const says = text.includes('Resolved: ') ? 0 : Number(text.split(' ')[0]);
      return says === open ? [] : [`a thread says that ${says} are open, and ${open} are: ${text}`];
    });
  }
}

const STATES: Readonly<Record<DriftStatus, State>> = {
  open: 'opened',
  accepted: 'accepted',
  consequence: 'superseded',
  resolved: 'resolved',
};

async function tellStory(work: (story: Story) => Promise<void>): Promise<void> {
  await inHouse(async (house) => {
    const story = await Story.begin(house);
    try {
      await work(story);
    } finally {
      await story.told.close();
    }
  });
}

/** All is folded and sent, and what was given up is sent again. */
async function inTheEnd(story: Story): Promise<void> {
  await story.fold();
  await story.told.sendAll();
  await story.resend();
  await story.told.sendAll();
  expect(await story.lies()).toEqual([]);
}

const reject = (no: number): Step => ({ do: 'reject', order: no });
const receive = (no: number): Step => ({ do: 'receive', order: no });
const fold: Step = { do: 'fold' };
const send = (mishap?: Mishap): Step => ({ do: 'send', mishap });
const promote = (isQuiet: boolean, folded: boolean): Step => ({ do: 'promote', quiet: isQuiet, folded });

describe('law 12: what was told is what is', () => {
  it('whatever opens, ends, is promoted, taken back, renamed, lost or given up in between', async () => {
    await fc.assert(
      fc.asyncProperty(steps, (story) =>
        tellStory(async (telling) => {
          for (const step of story) await telling.step(step);
          await inTheEnd(telling);
        }),
      ),
      {
        numRuns: 15,
        endOnFailure: true,
        examples: [
          // Told, closed by a promotion, ended by a fact meanwhile, and back.
          [[reject(1), fold, send(), promote(true, true), receive(1), fold, { do: 'rollback' }]],
          // Counted anew by a promotion, and ended after it.
          [[reject(1), receive(1), reject(1), fold, send(), promote(false, true), receive(1), fold, send()]],
          // A resolution does not overtake an opening that is tried again.
          [[reject(1), fold, send('down'), receive(1), fold, send(), send('crash')]],
          // Told in the sums of promotions, which are told in their order, and before what follows them.
          [
            [
              ...[reject(1), fold, send(), promote(true, true), { do: 'rollback' } as const],
              ...[receive(1), fold, send('down'), send()],
            ],
          ],
          // The sums do not overtake an opening that is tried again.
          [[reject(1), fold, promote(true, true), send('down')]],
          // The sums were given up, so what they told of is told as itself.
          [
            [
              reject(1),
              fold,
              send(),
              promote(true, true),
              send('refused'),
              { do: 'rollback' },
              send('refused'),
              receive(1),
              fold,
            ],
          ],
          // Under another name.
          [[reject(1), fold, send(), { do: 'name', order: 1 }, fold, receive(1), fold, send('lost')]],
          // The answer to a thread's first message was lost, which by the next look says what no longer is.
          [[reject(1), fold, send('lost'), receive(1), fold]],
          // An opening that was given up is not sent again after its end.
          [[reject(1), fold, send('refused'), receive(1), fold, send(), { do: 'resend' }, send()]],
        ],
      },
    );
  });

  it('what opened while another generation took over is told as itself, and not in the sum', () =>
    tellStory(async (story) => {
      for (const step of [reject(1), fold, send(), reject(2), receive(1)]) await story.step(step);
      // Nobody has folded the last two.
      await story.promote(defaultPolicy);
      const { rows } = await story.house.pool.query('SELECT kind FROM app.outbox ORDER BY id');
      expect(
        rows
          .map(({ kind }: { kind: string }) => kind)
          .slice(1)
          .sort(),
      ).toEqual(['drift.opened', 'drift.resolved']);
      await inTheEnd(story);
    }));

  it('what opens, ends and opens in one batch is told three times, the last as it is', () =>
    tellStory(async (story) => {
      for (const step of [reject(1), receive(1), reject(1), fold]) await story.step(step);
      const { rows } = await story.house.pool.query('SELECT kind FROM app.outbox ORDER BY id');
      expect(rows.map(({ kind }: { kind: string }) => kind)).toEqual([
        'drift.opened',
        'drift.resolved',
        'drift.opened',
      ]);
      await inTheEnd(story);
    }));
});
