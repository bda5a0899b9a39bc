import { execFile } from 'node:child_process';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const root = resolve(__dirname, '../..');

/** A house in which every direction is broken once, and two imports that are allowed. */
const files: Record<string, string> = {
  'src/domain/pure.ts': 'export const pure = 1;',
  'src/domain/driver.ts': "import { Pool } from 'pg';\nexport const pool = Pool;",
  'src/domain/file.ts': "import { readFileSync } from 'node:fs';\nexport const read = readFileSync;",
  'src/domain/up.ts': "import { port } from '../ledger/port';\nexport const up = port;",
  'src/ledger/port.ts': "import { pure } from '../domain/pure';\nexport const port = pure;",
  'src/ledger/up.ts': "import { runner } from '../projections/runner';\nexport const up = runner;",
  'src/projections/runner.ts': "import { port } from '../ledger/port';\nexport const runner = port;",
  'src/projections/up.ts': "import { route } from '../api/route';\nexport const up = route;",
  'src/api/route.ts': "import { runner } from '../projections/runner';\nexport const route = runner;",
  'src/ingest/sideways.ts': "import { route } from '../api/route';\nexport const sideways = route;",
  'src/platform/up.ts': "import { port } from '../ledger/port';\nexport const up = port;",
  'src/simulator/peek.ts': "import { pure } from '../domain/pure';\nexport const peek = pure;",
  'src/reactions/circle.ts': "import type { Half } from './half';\nexport type Circle = Half;",
  'src/reactions/half.ts': "import type { Circle } from './circle';\nexport type Half = Circle | null;",
};

interface Cruise {
  summary: { violations: { from: string; rule: { name: string } }[] };
}

function cruise(folder: string): Promise<Cruise> {
  const cli = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const args = [cli, 'src', '--config', join(root, '.dependency-cruiser.cjs'), '--output-type', 'json'];
  return new Promise((done, fail) => {
    execFile(process.execPath, args, { cwd: folder, maxBuffer: 1 << 24 }, (error, stdout, stderr) => {
      if (stdout === '') fail(new Error(stderr, { cause: error }));
      else done(JSON.parse(stdout) as Cruise);
    });
  });
}

describe('the import directions', () => {
  it('are refused where they are broken, and only there', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tallystick-directions-'));
    try {
      await writeFile(join(folder, 'tsconfig.json'), '{ "compilerOptions": { "strict": true } }');
      for (const [name, text] of Object.entries(files)) {
        await mkdir(dirname(join(folder, name)), { recursive: true });
        await writeFile(join(folder, name), text);
      }
      const { summary } = await cruise(folder);
      const found = summary.violations
        .filter(({ rule }) => rule.name !== 'not-resolvable')
        .map(({ from, rule }) => `${from} ${rule.name}`);
      expect([...new Set(found)].sort()).toEqual([
        'src/domain/driver.ts domain-is-pure',
        'src/domain/file.ts domain-is-pure',
        'src/domain/up.ts domain-is-pure',
        'src/ingest/sideways.ts faces-do-not-look-at-each-other',
        'src/ledger/up.ts ledger-looks-down-only',
        'src/platform/up.ts platform-is-the-lowest',
        'src/projections/up.ts projections-look-down-only',
        'src/reactions/circle.ts no-circular',
        'src/simulator/peek.ts simulator-shares-no-code',
      ]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
