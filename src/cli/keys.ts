import { ConfigError } from '../platform/config';
import { KeyBook } from '../platform/http/auth';
import { columns } from './columns';
import { writeOut } from './output';
import { type Runtime, withRuntime } from './runtime';

interface Output {
  json: boolean;
}

function openKeys({ config, pool, log }: Runtime): KeyBook {
  return new KeyBook(config.keys, pool, log);
}

/** The keys of the configuration file, and what each of them is good for now. */
export function runListKeys({ json }: Output): Promise<void> {
  return withRuntime(async (runtime) => {
    const book = openKeys(runtime);
    await book.refresh();
    const now = Date.now();
    const items = runtime.config.keys.map((key) => ({
      name: key.name,
      role: key.role,
      sources: key.sources,
      expiresAt: key.expiresAt === undefined ? null : new Date(key.expiresAt).toISOString(),
      state: book.stateOf(key, now),
    }));
    if (json) writeOut(`${JSON.stringify({ items })}\n`);
    else if (items.length === 0) writeOut('No keys are configured.\n');
    else {
      const rows = items.map(({ name, role, sources, expiresAt, state }) => [
        name,
        role,
        sources?.join(', ') ?? 'all',
        expiresAt ?? 'never',
        state,
      ]);
      writeOut(columns([['name', 'role', 'sources', 'expires', 'state'], ...rows]));
    }
  });
}

/** For every replica, within seconds, and for good: the name may have another token, this one opens nothing any more. */
export function runRevokeKey(name: string, { json, reason }: Output & { reason?: string }): Promise<void> {
  return withRuntime(async (runtime) => {
    const key = runtime.config.keys.find((each) => each.name === name);
    if (!key) {
      const known = runtime.config.keys.map((each) => each.name).join(', ');
      throw new ConfigError([
        `no key is named ${name}; ${known === '' ? 'none is configured' : `the keys are ${known}`}`,
      ]);
    }
    await openKeys(runtime).revoke(key, reason ?? null);
    writeOut(json ? `${JSON.stringify({ revoked: name })}\n` : `The key ${name} is revoked.\n`);
  });
}
