/** HTTP as any client speaks it, also with what fetch would not send; connections are kept open. */
import { Agent, type IncomingHttpHeaders, request } from 'node:http';

const ANSWERS_WITHIN_MS = 60_000;

export interface Call {
  method: string;
  path: string;
  headers?: Readonly<Record<string, string>>;
  body?: string | Buffer;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

export class Door {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 16 });

  constructor(
    readonly url: string,
    private readonly token: string,
  ) {}

  /** With the key of an administrator unless the headers bring another. */
  call({ method, path, headers = {}, body }: Call): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const own = { authorization: `Bearer ${this.token}` };
      const { hostname, port } = new URL(this.url);
      // Node adds it by itself only where a body is usual.
      const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
      const options = {
        hostname,
        port,
        path,
        method,
        headers: { ...own, ...length, ...headers },
        agent: this.agent,
      };
      const sent = request(options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', reject);
        response.once('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        });
      });
      sent.setTimeout(ANSWERS_WITHIN_MS, () =>
        sent.destroy(new Error(`no answer to ${method} ${path} within ${ANSWERS_WITHIN_MS} ms`)),
      );
      sent.once('error', reject);
      sent.end(body);
    });
  }

  async get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.call({ method: 'GET', path, headers });
  }

  /** The body of an answer of 2xx, as JSON. Throws of any other. */
  async json<T>(call: Call): Promise<T> {
    const { status, text } = await this.call(call);
    if (status < 200 || status > 299)
      throw new Error(`${call.method} ${call.path}: ${status} ${text.slice(0, 2_000)}`);
    return JSON.parse(text) as T;
  }

  /** Messages of a source as NDJSON, as they stand. */
  deliver(source: string, messages: readonly string[]): Promise<Answer> {
    return this.call({
      method: 'POST',
      path: `/v1/sources/${source}/facts`,
      headers: { 'content-type': 'application/x-ndjson' },
      body: messages.join('\n'),
    });
  }

  close(): void {
    this.agent.destroy();
  }
}
