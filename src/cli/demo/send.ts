/** Sends a world's requests as its systems would: native bodies to the facts route, signed ones to the webhooks. */
import { type DeliveryRequest, type World, signScend, signStandardWebhook } from '../../simulator';
import { createProgress } from '../progress';

export type Secrets = ReadonlyMap<string, { kind: string; secret: string }>;

export interface Sent {
  messages: number;
  requests: number;
  recorded: number;
  duplicates: number;
  seconds: number;
}

const AT_ONCE = 16;
const TRIES = 20;

export async function sendWorld(world: World, secrets: Secrets, url: string): Promise<Sent> {
  const requests = [...world.requests()];
  const total = requests.reduce((sum, request) => sum + request.messages.length, 0);
  const sent: Sent = { messages: 0, requests: 0, recorded: 0, duplicates: 0, seconds: 0 };
  const progress = createProgress('sending', 'messages');
  const started = performance.now();
  let next = 0;
  const sender = async () => {
    for (let request = requests[next++]; request; request = requests[next++]) {
      const { recorded, duplicates } = await send(request, next, secrets, url);
      sent.requests++;
      sent.messages += request.messages.length;
      sent.recorded += recorded;
      sent.duplicates += duplicates;
      progress.update(sent.messages, total);
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, sender));
  } finally {
    progress.stop();
  }
  sent.seconds = (performance.now() - started) / 1000;
  return sent;
}

async function send(
  request: DeliveryRequest,
  id: number,
  secrets: Secrets,
  url: string,
): Promise<{ recorded: number; duplicates: number }> {
  const { source, route, body, contentType } = request;
  const path = route === 'webhook' ? `/v1/webhooks/${source}` : `/v1/sources/${source}/facts`;
  for (let attempt = 1; ; attempt++) {
    const headers = {
      'content-type': contentType,
      ...(route === 'webhook' ? signature(request, `${id}-${attempt}`, secrets) : {}),
    };
    const response = await fetch(`${url}${path}`, { method: 'POST', headers, body });
    if (response.status === 202) return (await response.json()) as { recorded: number; duplicates: number };
    if (response.status !== 503 || attempt === TRIES) {
      throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    }
    await response.arrayBuffer();
    await new Promise((resolve) =>
      setTimeout(resolve, 1000 * Number(response.headers.get('retry-after') ?? 1)),
    );
  }
}

function signature({ source, body }: DeliveryRequest, id: string, secrets: Secrets): Record<string, string> {
  const { kind, secret } = secrets.get(source) ?? { kind: '', secret: '' };
  if (kind === 'scend') return signScend(body, secret);
  return signStandardWebhook(body, secret, `demo-${id}`, Math.floor(Date.now() / 1000));
}
