import type { SpawnOptions } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { EmbeddedDatabaseUnavailable } from './errors';
import { run } from './run';

/**
 * As whom PostgreSQL runs. It refuses to run with effective user id 0, so a service started as root
 * needs another identity that still reaches the programs and the data folder.
 */
export interface Identity {
  name: string;
  /** Owner that the data must have on disk; unset when it is ours anyway. */
  owner?: { uid: number; gid: number };
  wrap(program: string, args: string[]): { command: string; args: string[]; options: SpawnOptions };
}

const self: Identity = {
  name: 'the user of this process',
  wrap: (program, args) => ({ command: program, args, options: {} }),
};

/** Reaches what every unprivileged user reaches: enough when no folder on the way is closed to others. */
function dropTo(user: SystemUser): Identity {
  return {
    name: `user ${user.name}`,
    owner: user,
    wrap: (program, args) => ({ command: program, args, options: { uid: user.uid, gid: user.gid } }),
  };
}

/**
 * In a user namespace without a mapping our files and our process both show as the overflow user, so
 * PostgreSQL sees a user that is not root and owns its data, while the kernel still grants root's file access.
 */
const userNamespace: Identity = {
  name: 'a user namespace',
  owner: { uid: 0, gid: 0 },
  wrap: (program, args) => ({ command: 'unshare', args: ['--user', program, ...args], options: {} }),
};

/** An unprivileged user that keeps one capability: to pass folders that are closed to it. */
function dropWithCapability(user: SystemUser): Identity {
  const flags = [
    `--reuid=${user.uid}`,
    `--regid=${user.gid}`,
    '--clear-groups',
    '--inh-caps=-all,+dac_override',
    '--ambient-caps=-all,+dac_override',
    // Without it a set-uid program started by the server would be root with every capability.
    '--no-new-privs',
  ];
  return {
    name: `user ${user.name} with dac_override`,
    owner: user,
    wrap: (program, args) => ({ command: 'setpriv', args: [...flags, program, ...args], options: {} }),
  };
}

interface SystemUser {
  name: string;
  uid: number;
  gid: number;
}

/** Picks, by trying, the first identity that can run `postgres` and own files below `dataDir`. */
export async function chooseIdentity(postgres: string, dataDir: string): Promise<Identity> {
  if (process.geteuid?.() !== 0) return self;
  const user = await unprivilegedUser();
  const candidates = [
    ...(user ? [dropTo(user)] : []),
    userNamespace,
    ...(user ? [dropWithCapability(user)] : []),
  ];
  const reasons: string[] = [];
  for (const identity of candidates) {
    const failure = await probe(identity, postgres, dataDir);
    if (failure === undefined) return identity;
    reasons.push(`${identity.name}: ${failure}`);
  }
  throw new EmbeddedDatabaseUnavailable(
    `PostgreSQL refuses to run as root, and no other identity reaches both its programs and ${dataDir} ` +
      `(${reasons.join('; ')}). Start Tallystick as an unprivileged user, or make the folders readable to others.`,
  );
}

async function unprivilegedUser(): Promise<SystemUser | undefined> {
  const passwd = await readFile('/etc/passwd', 'utf8');
  const users = passwd.split('\n').map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody', 'daemon']) {
    const fields = users.find(([user]) => user === name);
    const uid = Number(fields?.[2]);
    const gid = Number(fields?.[3]);
    if (Number.isInteger(uid) && Number.isInteger(gid) && uid > 0 && gid > 0) return { name, uid, gid };
  }
  return undefined;
}

/** The same checks PostgreSQL makes: not root, program runs, data folder is writable and owned by the effective user. */
const probeScript =
  'test "$(id -u)" -ne 0 && "$1" --version >/dev/null && cd "$2" && test -O . && : >written && test -O written';

/** What went wrong, or undefined when `identity` works. */
async function probe(identity: Identity, postgres: string, dataDir: string): Promise<string | undefined> {
  const folder = path.join(dataDir, `probe-${randomBytes(6).toString('hex')}`);
  await mkdir(folder, { mode: 0o700 });
  try {
    if (identity.owner) await chown(folder, identity.owner.uid, identity.owner.gid);
    const { command, args, options } = identity.wrap('/bin/sh', ['-c', probeScript, 'sh', postgres, folder]);
    const result = await run(command, args, { ...options, cwd: '/', timeoutMs: 5_000 });
    return result.code === 0
      ? undefined
      : result.stderr.trim().replaceAll('\n', ', ') || `exit code ${result.code}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
