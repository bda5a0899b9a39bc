/** Makes what failed small, and says how to see it again. */
import { canaries, sing } from '../site/canaries';
import type { Call } from '../site/door';
import { type Site, startSite } from '../site/site';
import { settled, silenced, unlikeReplay } from '../site/sound';
import { type Fault, deliveryOf } from './fuzz';
import { faultOf } from './judge';
import type { Message } from './messages';
import { fewest, simplest } from './shrink';

const QUESTIONS_OF_A_CALL = 400;
/** Each starts a service on a new database. */
const QUESTIONS_OF_MESSAGES = 60;
const STANDS_STILL_MS = 6_000;

export interface Reproduced {
  what: string;
  label: string;
  /** A line for a shell each; `$URL` and `$KEY` are the service and a key of an administrator. */
  commands: string[];
}

/** `newDatabase` answers the address of an empty one. */
export async function reproduce(
  fault: Fault,
  site: Site,
  newDatabase: () => Promise<string>,
): Promise<Reproduced> {
  const { what, label, call, messages } = fault;
  if (call && site.alive()) return { what, label, commands: [curl(await smallestCall(call, site))] };
  if (call) return { what, label, commands: [curl(call)] };
  if (!messages || messages.length === 0) return { what, label, commands: [] };
  const small = await smallestMessages(messages, newDatabase);
  if (!small)
    return { what, label: `${label}; ${messages.length} messages alone do not show it`, commands: [] };
  const labels = small.map((message) => message.label);
  return { what, label: labels.join(' | '), commands: small.map((message) => curl(deliveryOf([message]))) };
}

async function smallestCall(call: Call, site: Site): Promise<Call> {
  const fails = async (some: Call): Promise<boolean> => {
    try {
      return faultOf(some, await site.door.call(some)) !== null;
    } catch {
      // No answer at all is what is looked for, too.
      return true;
    }
  };
  if (!(await fails(call))) return call;
  const kept = await fewest(
    Object.entries(call.headers ?? {}),
    (some) => fails({ ...call, headers: Object.fromEntries(some) }),
    QUESTIONS_OF_A_CALL,
  );
  const small = { ...call, headers: Object.fromEntries(kept) };
  if (typeof small.body !== 'string') return small;
  const lines = await fewest(
    small.body.split('\n'),
    (some) => fails({ ...small, body: some.join('\n') }),
    QUESTIONS_OF_A_CALL,
  );
  const body = await simplest(
    lines.join('\n'),
    (text) => fails({ ...small, body: text }),
    QUESTIONS_OF_A_CALL,
  );
  return { ...small, body };
}

/** Null: what failed does not fail on a service that has been sent nothing else. */
async function smallestMessages(
  messages: readonly Message[],
  newDatabase: () => Promise<string>,
): Promise<Message[] | null> {
  const fails = async (some: readonly Message[]) => isUnsound(some, await newDatabase());
  if (!(await fails(messages))) return null;
  const few = await fewest(messages, fails, QUESTIONS_OF_MESSAGES);
  if (few.length > 2) return few;
  const simple: Message[] = [];
  for (const [index, message] of few.entries()) {
    const others = [...simple, ...few.slice(index + 1)];
    const text = await simplest(
      message.text,
      (less) => fails([...others, { ...message, text: less }]),
      QUESTIONS_OF_MESSAGES,
    );
    simple.push({ ...message, text });
  }
  return simple;
}

async function isUnsound(messages: readonly Message[], databaseUrl: string): Promise<boolean> {
  const site = await startSite({ databaseUrl });
  try {
    for (const message of messages) await site.door.call(deliveryOf([message]));
    const flown = canaries(1);
    await sing(site.door, flown);
    if ((await settled(site, undefined, STANDS_STILL_MS)) !== null) return true;
    return (await silenced(site, flown)).length > 0 || (await unlikeReplay(site)).length > 0;
  } finally {
    await site.stop();
  }
}

const LONG = 4_000;

export function curl({ method, path, headers = {}, body }: Call): string {
  const all = { authorization: 'Bearer $KEY', ...headers };
  const parts = [
    `curl -i -X ${method} "$URL"${quoted(path)}`,
    ...Object.entries(all).map(([name, value]) =>
      value.includes('$KEY') ? `-H "${name}: ${value}"` : `-H ${quoted(`${name}: ${value}`)}`,
    ),
  ];
  if (body === undefined || body.length === 0) return parts.join(' ');
  const text =
    typeof body === 'string'
      ? quoted(body)
      : `$'${[...body].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')}'`;
  return [
    ...parts,
    `--data-binary ${text.length <= LONG ? text : `${text.slice(0, LONG)}… (${body.length} in all)`}`,
  ].join(' ');
}

/** For bash: what is no plain character is written by its number. */
function quoted(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text) && !text.includes("'")) return `'${text}'`;
  const escaped = text.replace(/[\\']/g, '\\$&').replace(/[^\x20-\x7e]/gu, (char) => {
    const point = char.codePointAt(0) ?? 0;
    return point < 0x80
      ? `\\x${point.toString(16).padStart(2, '0')}`
      : `\\U${point.toString(16).padStart(8, '0')}`;
  });
  return `$'${escaped}'`;
}
