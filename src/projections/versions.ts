/**
 * Versions of the mapping's tables and of the policy: facts of the ledger that change no case. A version is drafted once, by
 * the identity of its fact, so two who draft at once get two numbers, and no table is needed to count them.
 */
import { createHash } from 'node:crypto';
import type { TableName } from '../domain/mapping/tables';
import { type DraftMessage, readOwnMessage, writeDraft } from '../domain/sources/tallystick/messages';
import type { Fact, Ledger } from '../ledger/port';
import { ownFact } from './sources';
import { OWN_SOURCE } from './translate';

export type VersionName = TableName | 'policy';

export interface Version {
  name: VersionName;
  /** From 1 on, without gaps. */
  version: number;
  /** Where it is in the ledger. */
  position: number;
  /** Epoch ms. */
  at: number;
  actor: string;
  reason: string | null;
  /** Of what it says: the same said again is the same. */
  digest: string;
}

export interface Author {
  actor: string;
  at: number;
  reason: string | null;
}

const TYPES = ['mapping.drafted', 'policy.drafted'] as const;
/** Each may have megabytes. */
const PAGE = 10;
/** Somebody else drafts at the same moment: so often is the next number tried. */
const TRIES = 20;

export class VersionBook {
  private readonly known = new Map<string, Version[]>();
  private readonly readTo = new Map<string, number>();

  constructor(private readonly ledger: Ledger) {}

  /** The oldest first. */
  async of(name: VersionName): Promise<readonly Version[]> {
    await this.refresh();
    return this.known.get(name) ?? [];
  }

  /** What a version says, as it was drafted: whether it is still understood is asked by whoever uses it. */
  async content({ position }: Version): Promise<unknown> {
    const [fact] = await this.ledger.at([position]);
    if (!fact) throw new Error(`the ledger has no fact ${position}`);
    return contentOf(draftOf(fact));
  }

  /** The same content as the last version's is no other version. */
  async draft(
    name: VersionName,
    content: unknown,
    author: Author,
  ): Promise<{ version: Version; changed: boolean }> {
    for (let tried = 0; tried < TRIES; tried++) {
      const versions = await this.of(name);
      const last = versions.at(-1);
      if (last?.digest === digestOf(content)) return { version: last, changed: false };
      const drafted = message(name, versions.length + 1, content, author);
      const identity = createHash('sha256')
        .update(JSON.stringify(['draft', drafted.id]))
        .digest();
      const { type, id, at, actor } = drafted;
      const [receipt] = await this.ledger.append([
        { ...ownFact(type, id, at, writeDraft(drafted), actor), identity },
      ]);
      if (receipt?.duplicate === false)
        return { version: versionOf(receipt.position, drafted), changed: true };
    }
    throw new Error(`${name} was drafted by others ${TRIES} times meanwhile`);
  }

  private async refresh(): Promise<void> {
    for (const type of TYPES) {
      for (;;) {
        const after = this.readTo.get(type) ?? 0;
        const facts = await this.ledger.find({ source: OWN_SOURCE, type, after, limit: PAGE });
        for (const fact of facts) this.add(fact);
        if (facts.length < PAGE) break;
      }
    }
  }

  private add(fact: Fact): void {
    const version = versionOf(fact.position, draftOf(fact));
    // Two refreshes at once read the same fact twice.
    if (version.version > (this.known.get(version.name)?.length ?? 0))
      this.known.set(version.name, [...(this.known.get(version.name) ?? []), version]);
    if (fact.type !== null) this.readTo.set(fact.type, fact.position);
  }
}

export function digestOf(content: unknown): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 32);
}

function draftOf({ payload, position }: Fact): DraftMessage {
  const own = typeof payload === 'string' ? readOwnMessage(JSON.parse(payload)) : null;
  if (own?.type === 'mapping.drafted' || own?.type === 'policy.drafted') return own;
  throw new Error(`fact ${position} is no draft: the ledger was written by something else`);
}

function contentOf(draft: DraftMessage): unknown {
  return draft.type === 'mapping.drafted' ? draft.entries : draft.policy;
}

function versionOf(position: number, draft: DraftMessage): Version {
  const { version, at, actor, reason } = draft;
  const name = (draft.type === 'mapping.drafted' ? draft.table : 'policy') as VersionName;
  return { name, version, position, at, actor, reason, digest: digestOf(contentOf(draft)) };
}

function message(name: VersionName, version: number, content: unknown, author: Author): DraftMessage {
  const head = { id: `${name}/${version}`, version, ...author };
  return name === 'policy'
    ? { type: 'policy.drafted', ...head, policy: content }
    : { type: 'mapping.drafted', ...head, table: name, entries: content as readonly unknown[] };
}
