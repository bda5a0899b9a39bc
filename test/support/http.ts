import { request } from 'node:http';

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  /** Parsed JSON. */
  body: Record<string, unknown>;
}

export interface Sending {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array | AsyncIterable<Uint8Array>;
}

/** One request over a connection of its own, with any header, also those that fetch does not let through (Host, Origin). */
export function send(url: string, { method = 'POST', headers = {}, body }: Sending = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const text = Buffer.concat(chunks).toString();
        const parsed = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: parsed });
      });
    });
    sent.once('error', reject);
    if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) sent.end(body);
    else stream(body).catch(reject);

    async function stream(chunks: AsyncIterable<Uint8Array>): Promise<void> {
      for await (const chunk of chunks) {
        if (!sent.write(chunk)) await new Promise((ready) => sent.once('drain', ready));
      }
      sent.end();
    }
  });
}
