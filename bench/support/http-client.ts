/** HTTP with connections kept open, as an integration would, and little work of its own: it shares the cores. */
import { Agent, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';

const CONNECTIONS = 64;

export interface Answer {
  status: number;
  body: string;
}

export class HttpClient {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });

  constructor(readonly url: string) {}

  get(path: string): Promise<Answer> {
    return this.ask('GET', path, {}, null);
  }

  post(path: string, contentType: string, body: string): Promise<Answer> {
    const headers = { 'content-type': contentType, 'content-length': String(Buffer.byteLength(body)) };
    return this.ask('POST', path, headers, body);
  }

  close(): void {
    this.agent.destroy();
  }

  private async ask(
    method: string,
    path: string,
    headers: Record<string, string>,
    body: string | null,
  ): Promise<Answer> {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request(`${this.url}${path}`, { method, headers, agent: this.agent }, resolve)
        .once('error', reject)
        .end(body ?? undefined);
    });
    return { status: response.statusCode ?? 0, body: await text(response) };
  }
}
