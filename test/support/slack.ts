/** A Slack incoming webhook in this process, which answers what a test tells it to. */
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type SlackAnswer = (response: ServerResponse, request: IncomingMessage) => void;

export const ok: SlackAnswer = (response) => response.writeHead(200).end('ok');
export const answer =
  (status: number, body = 'no', headers: Record<string, string> = {}): SlackAnswer =>
  (response) =>
    response.writeHead(status, headers).end(body);
/** Not even HTTP. */
export const garbage: SlackAnswer = (response) => response.socket?.end('\u0000\u0001 garbage\r\n\r\n');
export const never: SlackAnswer = () => undefined;

export interface FakeSlack {
  /** With a secret in its path, as Slack's have. */
  url: string;
  texts: string[];
  /** Given to the next requests, in order; the last one stays. */
  answers: SlackAnswer[];
  close(): Promise<void>;
}

export const slackSecret = 'T000-B000-verysecret';

export async function fakeSlack(...answers: SlackAnswer[]): Promise<FakeSlack> {
  const texts: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      texts.push((JSON.parse(Buffer.concat(chunks).toString()) as { text: string }).text);
      const next = fake.answers.length > 1 ? fake.answers.shift() : fake.answers[0];
      (next ?? ok)(response, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const fake: FakeSlack = {
    url: `http://127.0.0.1:${port}/services/${slackSecret}`,
    texts,
    answers,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return fake;
}
