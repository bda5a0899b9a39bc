/** From the acknowledgement of a fact to the drift that it opens being read, under a load that does not wait for answers. */
import { setTimeout as delay } from 'node:timers/promises';
import { grouped, withUnit } from '../support/figure';
import type { Measurement } from '../support/lab';
import { fold } from '../support/ledgers';
import { type Load, PER_SECOND, type Request, SLOTS_PER_SECOND, planLoad } from '../support/load';
import { type Service, startService } from '../support/service';
import { median, percentile } from '../support/statistics';

const WARM_UP_SECONDS = 5;
const PATIENCE_MS = 60_000;
/** Of the offered rate. */
const ENOUGH = 0.99;

export const visible: Measurement = {
  rows: [{ name: 'visible', what: 'acknowledged fact to visible drift at 1,000 facts/s, p99' }],
  async measure(lab) {
    const ledger = await lab.ledgers.large(lab);
    await fold(lab, ledger);
    const load = planLoad(ledger.rest, WARM_UP_SECONDS + lab.seconds);
    const service = await startService(lab, ledger.dataDir);
    lab.say(`visible: ${PER_SECOND} facts/s for ${WARM_UP_SECONDS} + ${lab.seconds} s`);
    const taken = await offer(service, load, lab.signal).catch(async (error: unknown) => {
      await service.stop();
      throw error;
    });
    const { peakMiB } = await service.stop();
    const { seenMs, acknowledgedMs, lateMs, perSecond } = taken;
    const [p50, p99] = [median(seenMs), percentile(seenMs, 99)];
    lab.say(`visible: p50 ${withUnit(p50, 'ms')}, p99 ${withUnit(p99, 'ms')}`);
    return [
      {
        row: 'visible',
        what: `acknowledged to visible drift at ${grouped(PER_SECOND)} facts/s, p99`,
        ceiling: null,
        result:
          `p50 ${withUnit(p50, 'ms')} of ${seenMs.length} drifts; ${grouped(perSecond)} facts/s for ${lab.seconds} s, ` +
          `acknowledged after p50 ${withUnit(median(acknowledgedMs), 'ms')}, p99 ${withUnit(percentile(acknowledgedMs, 99), 'ms')}; ` +
          `${grouped(ledger.facts)} facts before; service peak ${grouped(peakMiB)} MiB`,
        measured: p99,
        unit: 'ms',
        better: 'lower',
        required: 250,
        aim: 100,
        runs: { seenMs: seenMs.map(Math.round), sentLateMs: [Math.round(percentile(lateMs, 99))] },
        ...(perSecond < ENOUGH * PER_SECOND
          ? { broken: `only ${grouped(perSecond)} facts/s were acknowledged` }
          : {}),
      },
    ];
  },
};

interface Taken {
  /** From the 202 to the answer that has the drift. */
  seenMs: number[];
  /** From when a request was due, not from when it was sent: a queue before the sender counts too. */
  acknowledgedMs: number[];
  /** How much later than planned requests were sent. */
  lateMs: number[];
  perSecond: number;
}

async function offer(service: Service, load: Load, signal: AbortSignal): Promise<Taken> {
  const taken: Taken = { seenMs: [], acknowledgedMs: [], lateMs: [], perSecond: 0 };
  const sent: Promise<void>[] = [];
  const failed = new AbortController();
  const slotMs = 1000 / SLOTS_PER_SECOND;
  const started = performance.now();
  const countedFrom = started + WARM_UP_SECONDS * 1000;
  let counted = 0;
  let lastAnswer = countedFrom;
  for (const [slot, requests] of load.entries()) {
    signal.throwIfAborted();
    failed.signal.throwIfAborted();
    const due = started + slot * slotMs;
    const early = due - performance.now();
    if (early > 0) await delay(early);
    const counts = due >= countedFrom;
    if (counts) taken.lateMs.push(performance.now() - due);
    for (const request of requests) {
      const answered = send(service, request).then(async (position) => {
        const acknowledged = performance.now();
        const seen = request.opens ? await untilSeen(service, request.opens, position) : null;
        if (!counts) return;
        taken.acknowledgedMs.push(acknowledged - due);
        counted += request.facts;
        lastAnswer = Math.max(lastAnswer, acknowledged);
        if (seen !== null) taken.seenMs.push(seen - acknowledged);
      });
      answered.catch((error: unknown) => failed.abort(error));
      sent.push(answered);
    }
  }
  await Promise.all(sent);
  taken.perSecond = counted / ((lastAnswer - countedFrom) / 1000);
  return taken;
}

async function send({ http }: Service, { path, contentType, body }: Request): Promise<number> {
  const answer = await http.post(path, contentType, body);
  if (answer.status !== 202) throw new Error(`${path} answered ${answer.status}: ${answer.body}`);
  return (JSON.parse(answer.body) as { position: number }).position;
}

/**
 * By REST, as who waits for it would: `minPosition` lets the service answer when the position is visible, for which it looks
 * once in 10 ms for all who wait together. That is part of the time.
 */
async function untilSeen(
  { http }: Service,
  opens: (position: number) => string,
  position: number,
): Promise<number> {
  const path = `/v1/drifts?${opens(position)}&status=all&limit=1&minPosition=${position}`;
  const giveUp = performance.now() + PATIENCE_MS;
  for (;;) {
    const { status, body } = await http.get(path);
    const now = performance.now();
    if (status === 200) {
      if ((JSON.parse(body) as { items: unknown[] }).items.length > 0) return now;
      throw new Error(`position ${position} is visible and its drift is not: ${path}`);
    }
    if (status !== 503 || now > giveUp) throw new Error(`${path} answered ${status}: ${body}`);
  }
}
