/** Stands between a ledger and a server of EventStoreDB, passes every call on as it came, and breaks connections at chosen moments. */
import { readFileSync } from 'node:fs';
import type { Metadata } from '@grpc/grpc-js';
import {
  Client,
  type ClientReadableStream,
  Server,
  ServerCredentials,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  credentials,
  type sendUnaryData,
} from '@grpc/grpc-js';
import type { Network } from '../../../src/ledger/contract/harness';

const STREAMS = '/event_store.client.streams.Streams';
const same = (bytes: Buffer): Buffer => bytes;
const method = (path: string, requestStream: boolean, responseStream: boolean) => ({
  ...{ path, requestStream, responseStream },
  ...{ requestSerialize: same, requestDeserialize: same, responseSerialize: same, responseDeserialize: same },
});

export class EventStoreProxy implements Network {
  private readonly upstream: Client;
  private readonly authorization: string | null;
  private server: Server | null = null;
  private port = 0;
  private fault: 'answer' | 'request' | null = null;
  private moving: Promise<void> = Promise.resolve();

  /** @param url as a service is given it: its first host is asked, with TLS unless it says `tls=false` */
  constructor(url: string) {
    const { username, password, host, searchParams } = new URL(url.replace(/^[a-z+]+:/i, 'http:'));
    const authority = searchParams.get('tlsCaFile');
    const secure = searchParams.get('tls') !== 'false';
    const root = authority === null ? null : readFileSync(authority);
    const address = host.includes(':') ? host : `${host}:2113`;
    this.upstream = new Client(address, secure ? credentials.createSsl(root) : credentials.createInsecure(), {
      'grpc.max_receive_message_length': 32 * 1024 * 1024,
    });
    const account = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    this.authorization = username === '' ? null : `Basic ${Buffer.from(account).toString('base64')}`;
  }

  get url(): string {
    return `esdb://127.0.0.1:${this.port}?tls=false`;
  }

  async start(): Promise<this> {
    const server = new Server({ 'grpc.max_receive_message_length': 32 * 1024 * 1024 });
    server.addService(
      {
        append: method(`${STREAMS}/Append`, true, false),
        read: method(`${STREAMS}/Read`, false, true),
      },
      {
        append: (call: ServerReadableStream<Buffer, Buffer>, answer: sendUnaryData<Buffer>) =>
          this.append(call, answer),
        read: (call: ServerWritableStream<Buffer, Buffer>) => this.read(call),
      },
    );
    const features = '/event_store.client.server_features.ServerFeatures/GetSupportedMethods';
    server.addService(
      { features: method(features, false, false) },
      {
        features: (call: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>) =>
          this.upstream.makeUnaryRequest(
            features,
            same,
            same,
            call.request,
            this.allowed(call.metadata),
            (error, said) => answer(error, said),
          ),
      },
    );
    this.port = await new Promise<number>((resolve, reject) => {
      const bound = (error: Error | null, port: number) => (error ? reject(error) : resolve(port));
      server.bindAsync(`127.0.0.1:${this.port}`, ServerCredentials.createInsecure(), bound);
    });
    this.server = server;
    return this;
  }

  loseNextAnswer(): void {
    this.fault = 'answer';
  }

  loseNextRequest(): void {
    this.fault = 'request';
  }

  down(): void {
    this.server?.forceShutdown();
    this.server = null;
  }

  up(): void {
    this.moving = this.moving.then(async () => {
      if (!this.server) await this.start();
    });
  }

  async stop(): Promise<void> {
    await this.moving;
    this.down();
    this.upstream.close();
  }

  private append(call: ServerReadableStream<Buffer, Buffer>, answer: sendUnaryData<Buffer>): void {
    const fault = this.fault;
    this.fault = null;
    if (fault === 'request') return this.break();
    const upstream = this.upstream.makeClientStreamRequest(
      `${STREAMS}/Append`,
      same,
      same,
      this.allowed(call.metadata),
      (error, said) => (fault === 'answer' ? this.break() : answer(error, said)),
    );
    call.on('data', (bytes: Buffer) => upstream.write(bytes));
    call.on('end', () => upstream.end());
    call.on('error', () => upstream.cancel());
  }

  private read(call: ServerWritableStream<Buffer, Buffer>): void {
    const upstream: ClientReadableStream<Buffer> = this.upstream.makeServerStreamRequest(
      `${STREAMS}/Read`,
      same,
      same,
      call.request,
      this.allowed(call.metadata),
    );
    upstream.on('data', (bytes: Buffer) => {
      if (call.write(bytes)) return;
      upstream.pause();
      call.once('drain', () => upstream.resume());
    });
    upstream.on('end', () => call.end());
    upstream.on('error', (error) => call.emit('error', error));
    call.on('cancelled', () => upstream.cancel());
    call.on('error', () => upstream.cancel());
  }

  private allowed(given: Metadata): Metadata {
    const metadata = given.clone();
    if (this.authorization !== null) metadata.set('authorization', this.authorization);
    return metadata;
  }

  private break(): void {
    this.down();
    this.up();
  }
}
