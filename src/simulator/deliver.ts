import type { Random } from './random';
import type { Emission, SourceName } from './recorder';
import { HOUR, MINUTE, SECOND } from './timeline';

/** One message as it arrives: `body` is the exact text. A repeat is the same text again. */
export interface Delivery {
  source: SourceName;
  type: string;
  body: string;
  faultId?: string;
}

/** One HTTP body; `webhook` bodies carry exactly one message and are to be signed by the sender. */
export interface DeliveryRequest {
  source: SourceName;
  route: 'facts' | 'webhook';
  contentType: 'application/json' | 'application/x-ndjson';
  body: string;
  messages: Delivery[];
}

/**
 * Mostly in the order in which things happened, each a few seconds off; some half an hour late, some half a day; some
 * twice, and some twice in another notation of the same JSON, as when a webhook is polled again.
 */
export function* deliver(emissions: readonly Emission[], random: Random): Generator<Delivery> {
  const plan: { at: number; index: number; reformatted: boolean }[] = [];
  emissions.forEach((emission, index) => {
    // What falls silent does so in time: with its last word late it would be behind as well.
    const inTime = emission.source === 'middleware-legacy';
    const soon = emission.at + random.int(0, 20) * SECOND;
    const late = lateness(random);
    const at = inTime ? soon : soon + late;
    plan.push({ at, index, reformatted: false });
    if (random.chance(30)) plan.push({ at: at + random.int(0, 120) * MINUTE, index, reformatted: false });
    if (emission.faultId === undefined && random.chance(4) && !inTime) {
      plan.push({ at: at + random.int(0, 3) * HOUR, index, reformatted: true });
    }
  });
  plan.sort((a, b) => a.at - b.at);
  for (const { index, reformatted } of plan) {
    const { source, type, body, faultId } = emissions[index] as Emission;
    const text = reformatted ? respaced(body) : body;
    yield faultId === undefined ? { source, type, body: text } : { source, type, body: text, faultId };
  }
}

function lateness(random: Random): number {
  if (random.chance(20)) return random.int(30, 720) * MINUTE;
  return random.chance(50) ? random.int(1, 30) * MINUTE : 0;
}

/** The same JSON with other white space; still one line. */
function respaced(body: string): string {
  return JSON.stringify(JSON.parse(body), null, 1).replace(/\n\s*/g, ' ');
}

const SIZES = [1, 1, 4, 30, 120, 400, 800];

/** Takes the messages as they come, in windows of uneven size, and sends each source's share of a window as one body. */
export function* groupRequests(deliveries: Iterable<Delivery>, random: Random): Generator<DeliveryRequest> {
  let window: Delivery[] = [];
  let size = random.pick(SIZES);
  for (const delivery of deliveries) {
    window.push(delivery);
    if (window.length < size) continue;
    yield* requestsOf(window, random);
    window = [];
    size = random.pick(SIZES);
  }
  yield* requestsOf(window, random);
}

function* requestsOf(window: Delivery[], random: Random): Generator<DeliveryRequest> {
  for (const source of new Set(window.map((delivery) => delivery.source))) {
    yield request(
      window.filter((delivery) => delivery.source === source),
      source,
      random,
    );
  }
}

function request(messages: Delivery[], source: SourceName, random: Random): DeliveryRequest {
  const bodies = messages.map((message) => message.body);
  const single = bodies.length === 1 ? bodies[0] : undefined;
  if (single !== undefined) {
    const signed = source !== 'prima' && random.chance(600);
    return {
      source,
      route: signed ? 'webhook' : 'facts',
      contentType: 'application/json',
      body: single,
      messages,
    };
  }
  const lines = random.chance(600);
  return {
    source,
    route: 'facts',
    contentType: lines ? 'application/x-ndjson' : 'application/json',
    body: lines ? bodies.join('\n') + '\n' : `[${bodies.join(',')}]`,
    messages,
  };
}
