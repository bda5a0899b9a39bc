import { createHash } from 'node:crypto';
import { type CommandLine, commandLine, said } from '../../test/support/command-line';
import { runListKeys, runRevokeKey } from './keys';

const digest = (token: string) => createHash('sha256').update(token).digest('hex');

let line: CommandLine;
beforeAll(async () => {
  line = await commandLine(`keys:
  - { name: ada, role: admin, sha256: ${digest('a')} }
  - { name: old, role: reader, sha256: ${digest('b')}, expiresAt: 2020-01-01T00:00:00Z }
  - { name: scend, role: ingest, sources: [scend], sha256: ${digest('c')} }
`);
});
afterAll(() => line.close());

const states = async () => {
  const { items } = JSON.parse(await said(() => runListKeys({ json: true }))) as {
    items: { name: string; state: string }[];
  };
  return items.map(({ name, state }) => `${name} ${state}`);
};

it('lists the keys, and revokes one for good', async () => {
  expect(await states()).toEqual(['ada valid', 'old expired', 'scend valid']);
  expect(await said(() => runRevokeKey('scend', { json: false, reason: 'told in a chat' }))).toBe(
    'The key scend is revoked.\n',
  );
  await said(() => runRevokeKey('scend', { json: false }));
  expect(await states()).toEqual(['ada valid', 'old expired', 'scend revoked']);
  expect(await said(() => runListKeys({ json: false }))).toMatch(/^scend +ingest +scend +never +revoked$/m);
  const { rows } = await line.database.pool.query('SELECT name, reason FROM app.revoked_keys');
  expect(rows).toEqual([{ name: 'scend', reason: 'told in a chat' }]);
});

it('says which keys there are', async () => {
  await expect(runRevokeKey('nobody', { json: false })).rejects.toThrow('the keys are ada, old, scend');
});
