/** Sends what is drawn to a running service, and says what came of it that must not. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import { type Canaries, canaries, sing } from '../site/canaries';
import type { Answer, Call } from '../site/door';
import { type Site, isStranger } from '../site/site';
import { settled, silenced, unlikeReplay } from '../site/sound';
import { type Known, endpoints } from './endpoints';
import { faultOf } from './judge';
import { knownOf } from './known';
import { type Message, messages } from './messages';
import { unreadable } from './nasty';
import { Random } from './random';

export interface Fault {
  what: string;
  /** What was drawn: a call, or the messages that had been sent since all was well. */
  label: string;
  call?: Call;
  messages?: readonly Message[];
}

export interface Report {
  seed: number;
  inputs: number;
  messages: number;
  calls: number;
  /** Answers by their status. */
  answers: Record<string, number>;
  seconds: number;
  /** Of the event loop of the service, in milliseconds, and what was under way. */
  longestStallMs: number;
  longestStallDuring: string;
  faults: Fault[];
}

export interface FuzzOptions {
  site: Site;
  inputs: number;
  seed: number;
  /** Stop looking after so many. */
  mostFaults?: number;
  onProgress?: (done: number, note: string) => void;
}

const MESSAGES_A_REQUEST = 200;
const SENDERS = 4;
/** One in so many inputs is a call of its own. */
const CALL_EVERY = 8;
/** All is folded, and canaries sing, before more is sent. */
const INPUTS_A_LEG = 4_000;
const TRIES = 200;

type Job = { kind: 'messages'; batch: Message[] } | { kind: 'call'; label: string; call: Call };

export async function fuzz({
  site,
  inputs,
  seed,
  mostFaults = 10,
  onProgress,
}: FuzzOptions): Promise<Report> {
  const random = new Random(seed);
  const drawn = messages(Math.max(20, Math.ceil(inputs / 20)));
  const order = random.shuffled(drawn.size);
  const doors = endpoints();
  const started = performance.now();
  const report: Report = {
    seed,
    inputs: 0,
    messages: 0,
    calls: 0,
    answers: {},
    seconds: 0,
    longestStallMs: 0,
    longestStallDuring: '',
    faults: [],
  };
  const flock: Canaries[] = [];
  let known: Known = {};
  let leg: Message[] = [];

  const note = (answer: Answer) => {
    report.answers[answer.status] = (report.answers[answer.status] ?? 0) + 1;
  };
  const found = (fault: Fault) => {
    if (report.faults.length < mostFaults) report.faults.push(fault);
  };
  const ask = async (label: string, call: Call): Promise<Answer | null> => {
    for (let tries = 0; tries < TRIES; tries++) {
      let answer: Answer;
      try {
        answer = await site.door.call(call);
      } catch (error) {
        found({ what: `no answer: ${(error as Error).message}`, label, call });
        return null;
      }
      note(answer);
      const fault = faultOf(call, answer);
      if (fault !== null) found({ what: `${fault}: ${answer.text.slice(0, 300)}`, label, call });
      if (answer.status !== 503 || fault !== null) return answer;
      await delay(Number(answer.headers['retry-after']) * 250);
    }
    found({ what: '503 for ever', label, call });
    return null;
  };
  /** One that cannot be read refuses all that came with it, so the others go again. */
  const deliver = async (batch: readonly Message[]): Promise<void> => {
    const [first] = batch;
    if (!first) return;
    const call = deliveryOf(batch);
    const answer = await ask(
      batch.length === 1 ? first.label : `${batch.length} messages of ${first.source}`,
      call,
    );
    if (answer === null || answer.status === 202 || batch.length === 1) return;
    const half = batch.length >> 1;
    await deliver(batch.slice(0, half));
    await deliver(batch.slice(half));
  };
  const work = async (job: Job): Promise<void> => {
    if (job.kind === 'messages') await deliver(job.batch);
    else await ask(job.label, job.call);
  };

  let next = 0;
  const waiting = new Map<string, Message[]>();
  /** Draws inputs until there is something to send. */
  const draw = (limit: number): Job | null => {
    while (report.inputs < limit) {
      report.inputs += 1;
      if (random.below(CALL_EVERY) === 0) {
        report.calls += 1;
        return random.below(30) === 0
          ? unreadableBody(random)
          : { kind: 'call', ...doors.draw(random, known) };
      }
      const message = drawn.draw(order[next++ % order.length] ?? 0, random);
      report.messages += 1;
      leg.push(message);
      const batch = waiting.get(message.source) ?? [];
      batch.push(message);
      waiting.set(message.source, batch);
      if (batch.length < MESSAGES_A_REQUEST) continue;
      waiting.delete(message.source);
      return { kind: 'messages', batch };
    }
    const [left] = waiting.entries();
    if (!left) return null;
    waiting.delete(left[0]);
    return { kind: 'messages', batch: left[1] };
  };

  const stall = async (during: string) => {
    const ms = await site.longestStall();
    if (ms > report.longestStallMs) [report.longestStallMs, report.longestStallDuring] = [ms, during];
  };
  await site.longestStall();
  const hopeless = () => report.faults.length >= mostFaults || !site.alive();
  while (report.inputs < inputs && !hopeless()) {
    leg = [];
    const limit = Math.min(inputs, report.inputs + INPUTS_A_LEG);
    const sender = async () => {
      for (let job = draw(limit); job && !hopeless(); job = draw(limit)) {
        await work(job);
        onProgress?.(report.inputs, 'sent');
      }
    };
    await Promise.all(Array.from({ length: SENDERS }, sender));
    const flown = canaries(flock.length + 1);
    flock.push(flown);
    await sing(site.door, flown);
    await stall(`inputs up to ${report.inputs} were sent`);
    const stopped = await settled(site, (position, head) =>
      onProgress?.(report.inputs, `folded ${position} of ${head}`),
    );
    await stall(`inputs up to ${report.inputs} were folded`);
    const wrong = stopped === null ? await silenced(site, flown) : [stopped];
    for (const what of wrong)
      found({ what, label: `inputs ${limit - INPUTS_A_LEG} to ${limit}`, messages: leg });
    if (stopped !== null) break;
    known = await knownOf(site.door);
  }
  if (report.faults.length === 0) await last();
  report.seconds = (performance.now() - started) / 1_000;
  return report;

  async function last(): Promise<void> {
    for (const each of flock)
      for (const what of await silenced(site, each)) found({ what, label: 'at the end' });
    const { rows } = await site.pool.query<{ key: string }>(
      `SELECT case_key AS key FROM live.drifts WHERE cause = 'fold-failed' AND status = 'open' LIMIT 5`,
    );
    for (const { key } of rows)
      found({ what: 'a fact could not be folded', label: key, messages: await messagesOf(site.pool, key) });
    const told = (position: number, head: number) => onProgress?.(inputs, `replayed ${position} of ${head}`);
    const unlike = await unlikeReplay(site, told);
    await stall('history was replayed');
    for (const { what, caseKey } of unlike)
      found({ what, label: `case ${caseKey}`, messages: await messagesOf(site.pool, caseKey) });
  }
}

/** What a case was made of. */
async function messagesOf(pool: Pool, caseKey: string): Promise<Message[]> {
  const { rows } = await pool.query<{ source: string; payload: string }>(
    `SELECT source, payload FROM ledger.facts
      WHERE payload IS NOT NULL AND position IN (SELECT unnest(positions) FROM live.case_facts WHERE case_key = $1)
      ORDER BY position`,
    [caseKey],
  );
  return rows.flatMap(({ source, payload }) =>
    isStranger(source) ? [{ source, label: `a fact of ${caseKey}`, text: payload }] : [],
  );
}

export function deliveryOf(batch: readonly Message[]): Call {
  return {
    method: 'POST',
    path: `/v1/sources/${batch[0]?.source ?? ''}/facts`,
    headers: { 'content-type': 'application/x-ndjson' },
    body: batch.map(({ text }) => text).join('\n'),
  };
}

function unreadableBody(random: Random): Job {
  const type = random.of(['application/json', 'application/x-ndjson', 'text/csv', 'text/plain']);
  const headers: Record<string, string> = { 'content-type': type };
  if (random.below(4) === 0) headers['content-encoding'] = random.of(['gzip', 'br', 'x']);
  const path = `/v1/sources/${random.of(['prima', 'scend', 'middleware', 'erp'])}/facts`;
  return {
    kind: 'call',
    label: `an unreadable body of ${type}`,
    call: { method: 'POST', path, headers, body: random.of(unreadable) },
  };
}
