import { createHash } from 'node:crypto';
import { type Answer, type Service, source, startService } from '../../../test/api/service';
import { settled } from '../../../test/support/settled';
import { defaultPolicy, policySchema } from '../../domain/policy';
import { createLogger } from '../../platform/logging';
import { listGenerations } from '../../projections/generations';
import { rebuild } from '../../projections/rebuild';
import { Replays } from '../../projections/replays';
import { CurrentSettings, type Made } from '../../projections/settings';
import { type Upgraded, upgrade } from '../../projections/upgrade';

const PEOPLE = ['ada', 'bob', 'cleo'] as const;
type Person = (typeof PEOPLE)[number];

const key = (name: string) => ({
  name,
  role: 'admin' as const,
  sha256: createHash('sha256').update(name).digest('hex'),
  sources: null,
});
const bearer = (name: string) => ({ authorization: `Bearer ${name}` });
const alias = (from: string, to = 'BAG') => ({ source: 'scend', from, to });

const policy = { ...defaultPolicy, promotion: { fourEyes: true } };
const log = createLogger('silent');

let service: Service;

beforeEach(async () => {
  service = await startService({ policy, config: { keys: PEOPLE.map(key) } });
});
afterEach(() => service.close());

const drafts = async (who: Person, ...entries: object[]) => {
  const answer = await service.put('/v1/mappings/sku-aliases', { entries }, bearer(who));
  expect(answer.status).toBe(200);
};

async function asks(who: Person, body: object = { mapping: 'draft' }): Promise<number> {
  const { json } = await service.post('/v1/replays', body, bearer(who));
  const id = Number(json.id);
  await settled(async () => (await service.get(`/v1/replays/${id}`, bearer(who))).json.status === 'ready');
  return id;
}

const promotes = (who: Person, id: number): Promise<Answer> =>
  service.post(`/v1/replays/${id}/promote`, undefined, bearer(who));

async function mayNot(who: Person, id: number): Promise<void> {
  expect((await promotes(who, id)).json).toMatchObject({
    status: 409,
    code: 'generation-refused',
    detail: expect.stringMatching(/^The policy asks for four eyes/) as string,
  });
}

async function may(who: Person, id: number): Promise<void> {
  expect((await promotes(who, id)).json).toMatchObject({ id, status: 'live' });
}

describe('where the policy asks for four eyes, who wrote what changes does not promote it:', () => {
  it('the author of a draft, whoever asks for its replay, and who asks for it', async () => {
    await drafts('ada', alias('A'));
    const id = await asks('bob');
    await mayNot('ada', id);
    await mayNot('bob', id);
    await may('cleo', id);
  });

  it('the author of a draft that another has amended', async () => {
    await drafts('ada', alias('A'));
    await drafts('bob', alias('A', 'BAG-2'));
    const id = await asks('bob');
    await mayNot('ada', id);
    await mayNot('bob', id);
    await may('cleo', id);
  });

  it('nor where it was discarded and asked for again', async () => {
    await drafts('ada', alias('A'));
    const first = await asks('ada');
    await service.post(`/v1/replays/${first}/discard`, undefined, bearer('bob'));
    const id = await asks('bob');
    await mayNot('ada', id);
    await may('cleo', id);
  });

  it('nor where another took it back in a draft and drafted it once more', async () => {
    await drafts('ada', alias('A'));
    await drafts('bob');
    await drafts('bob', alias('A'), alias('B'));
    const id = await asks('bob');
    await mayNot('ada', id);
    await may('cleo', id);
  });

  it('while a draft that another began anew, and that has none of it, is his to promote', async () => {
    await drafts('ada', alias('A'));
    await drafts('bob');
    await drafts('bob', alias('B'));
    const id = await asks('bob');
    await mayNot('bob', id);
    await may('ada', id);
  });

  it('nor back and forward again; a document that nobody drafted is that of who asked for its replay', async () => {
    const mapping = { 'sku-aliases': [alias('A')] };
    const first = await asks('ada', { mapping });
    await may('bob', first);
    expect((await service.get('/v1/mappings/sku-aliases', bearer('ada'))).json).toMatchObject({
      versions: [{ actor: 'ada' }],
    });
    await drafts('ada', alias('A'), alias('B'));
    const second = await asks('bob');
    await may('cleo', second);
    // Back: what is taken back is hers.
    await mayNot('ada', first);
    await may('cleo', first);
    await mayNot('ada', second);
    await may('cleo', second);
  });

  it('nor does who drafted the policy', async () => {
    const other = { ...policy, owner: 'finance' };
    await service.put('/v1/policy', { policy: other }, bearer('ada'));
    const id = await asks('bob', { policy: 'draft' });
    await mayNot('ada', id);
    await may('cleo', id);
  });

  it('nor who changed a source', async () => {
    const first = await asks('bob', {});
    await may('cleo', first);
    const { name, kind, legalEntity } = source('scend', 'scend');
    const body = { kind, legalEntity, timeZone: 'Europe/London' };
    expect((await service.put(`/v1/sources/${name}`, body, bearer('ada'))).status).toBe(200);
    const id = await asks('bob', {});
    await mayNot('ada', id);
    await may('cleo', id);
  });
});

describe('where the policy asks for four eyes, nobody unverified counts:', () => {
  const local = { name: 'local:unverified', verified: false };
  const replays = () => {
    const settings = new CurrentSettings(policy, service.sources);
    return new Replays({ pool: service.database.pool, ledger: service.ledger, settings, log });
  };
  const refused = /^the policy asks for four eyes/;

  it('who sits at the command line promotes nothing, neither a draft nor what was live before', async () => {
    await drafts('ada', alias('A'));
    const id = await asks('ada');
    await expect(replays().promote(id, local, { versions: {} })).rejects.toThrow(refused);
    await may('bob', id);
    await expect(replays().promote(1, local, { versions: {} })).rejects.toThrow(refused);
  });

  it('what nobody but him has written and asked for waits until somebody with a key asks for it', async () => {
    const started = { policy: null, mapping: null, reason: null, lastFact: null, actor: local.name };
    const own = replays();
    const id = await own.start(started);
    await settled(async () => (await own.find(id))?.status === 'ready');
    expect((await promotes('bob', id)).json.detail).toMatch(/no key vouches for who wrote it/);
    await own.stop();
    await may('bob', await asks('ada', {}));
  });

  it('a start promotes what another configuration changes to nobody’s eyes: it waits, whatever the policy says of upgrades', async () => {
    for (const upgrades of [undefined, 'automatic' as const]) {
      const configured = policySchema.parse({ promotion: { upgrades }, owner: 'finance' });
      expect(await starts(configured)).toBe('waits');
    }
    const { pool } = service.database;
    const [waiting] = await listGenerations(pool);
    expect(waiting?.status).toBe('ready');
    await mayNot('ada', waiting?.id ?? 0);
    const settings = new CurrentSettings(policySchema.parse({}), service.sources);
    const replayed = rebuild({ pool, ledger: service.ledger, settings });
    await expect(replayed).rejects.toThrow(/have it replayed with a key/);
    // The remedy: somebody with a key takes it for his own.
    const id = await asks('ada', { policy: { promotion: { fourEyes: true }, owner: 'finance' } });
    await mayNot('ada', id);
    await may('bob', id);
  });

  it('other code alone was written by nobody here: a start promotes it, or any key where a person has to', async () => {
    const otherCode = `UPDATE app.generations SET fingerprint = regexp_replace(fingerprint, '^[^-]*', 'othercode')`;
    await service.database.pool.query(otherCode);
    expect(await starts(policy)).toBe('promoted');
    const byPerson = { promotion: { fourEyes: true, upgrades: 'by-person' } };
    await may('bob', await asks('ada', { policy: byPerson }));
    await service.database.pool.query(otherCode);
    expect(await starts(policy)).toBe('waits');
    const [waiting] = await listGenerations(service.database.pool);
    await may('ada', waiting?.id ?? 0);
  });

  async function starts(configured: typeof defaultPolicy): Promise<Upgraded> {
    const { ledger, sources, database } = service;
    const current = new CurrentSettings(configured, sources);
    const wanted = (made: Made) => current.wanted(made);
    return upgrade({ pool: database.pool, ledger, log, wanted, holder: 'another' });
  }
});
