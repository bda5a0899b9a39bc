/** Every environment variable that the code reads is told in the README. */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

const root = path.join(__dirname, '../..');

/** A key of a schema of the environment, or what is read from the process. */
const reads = /^ {2}([A-Z][A-Z_]+): |process\.env(?:\.|\[')([A-Z_]+)/gm;

/** As the operating system sets it. */
const others = new Set(['PATH', 'SystemRoot']);

it('every variable that the code reads is documented', () => {
  const files = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' });
  const environment = ['platform/config.ts', 'ingest/limits.ts'];
  const found = new Set<string>();
  for (const file of files.filter((name) => /\.ts$/.test(name) && !/\.spec\.ts$/.test(name))) {
    const text = readFileSync(path.join(root, 'src', file), 'utf8');
    for (const [, key, read] of text.matchAll(reads)) {
      if (read !== undefined) found.add(read);
      else if (key !== undefined && environment.includes(file)) found.add(key);
    }
  }
  expect(found.size).toBeGreaterThan(15);
  const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
  const untold = [...found].filter((name) => !others.has(name) && !readme.includes(`\`${name}\``));
  expect(untold).toEqual([]);
});
