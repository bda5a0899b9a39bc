import { localActor } from '../platform/http/auth/actor';
import { Imports, type Import } from '../projections/imports';
import { columns } from './columns';
import { print } from './drafts';
import { type CommandOptions, withRuntime } from './runtime';

interface Output {
  json: boolean;
}

export function runBeginImport({ json, reason }: Output & { reason?: string }): Promise<void> {
  const begin = async (imports: Imports) => {
    const begun = await imports.begin(localActor.name, reason ?? null);
    print(
      json
        ? JSON.stringify(begun)
        : `Import ${begun.id} has begun: what facts after ${begun.fromPosition} show alerts nobody until \`tallystick import end\`.`,
    );
  };
  return withImports(begin, { creates: true });
}

export function runEndImport({ json, now }: Output & { now: boolean }): Promise<void> {
  return withImports(async (imports) => {
    const ended = await imports.end(localActor.name, { now });
    const waitingFor = await imports.waitingFor(ended);
    print(json ? JSON.stringify({ ...ended, waitingFor }) : toldOf(ended, waitingFor));
  });
}

export function runImportStatus({ json }: Output): Promise<void> {
  return withImports(async (imports) => {
    const all = await imports.list();
    const [last] = all;
    const waitingFor = last ? await imports.waitingFor(last) : [];
    if (json) {
      print(JSON.stringify({ items: all, waitingFor }));
      return;
    }
    const rows = all.map(({ id, begunAt, endedAt, fromPosition, toPosition, reason }) => [
      String(id),
      begunAt.toISOString().slice(0, 19),
      endedAt?.toISOString().slice(0, 19) ?? '',
      `${fromPosition + 1}–${toPosition ?? ''}`,
      reason ?? '',
    ]);
    const table = columns([['id', 'begun', 'history complete', 'facts', 'reason'], ...rows]);
    print(table + (last && last.toPosition === null ? `\n${toldOf(last, waitingFor)}` : ''));
  });
}

function toldOf({ id, endedAt, toPosition }: Import, waitingFor: readonly string[]): string {
  if (toPosition !== null) return `Import ${id} is over.`;
  if (endedAt === null) return `Import ${id} goes on: nobody is alerted.`;
  return waitingFor.length === 0
    ? `Import ${id}: the summary is written as soon as the service has folded everything.`
    : `Import ${id} waits until these have said something newer: ${waitingFor.join(', ')}. \`--now\` waits for none.`;
}

function withImports(work: (imports: Imports) => Promise<void>, options?: CommandOptions): Promise<void> {
  return withRuntime(({ pool, ledger }) => work(new Imports(pool, ledger)), options);
}
