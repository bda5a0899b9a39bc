/**
 * A simulator of an EventStoreDB / KurrentDB server in this process: the true gRPC protocol on the service definitions that the client
 * package has, faithful to what a server of 23.10 was seen to do in expected revisions, idempotent event ids, deletion, truncation, the
 * limit of a write, catch-up and live phases, who leads, and credentials. It is no server: it keeps nothing on disk, has no cluster behind
 * it, and proves nothing of one.
 */
import * as gossip from '@eventstore/db-client/generated/gossip_pb';
import { GossipService } from '@eventstore/db-client/generated/gossip_grpc_pb';
import { ServerFeaturesService } from '@eventstore/db-client/generated/serverfeatures_grpc_pb';
import type { SupportedMethods } from '@eventstore/db-client/generated/serverfeatures_pb';
import * as shared from '@eventstore/db-client/generated/shared_pb';
import { StreamsService } from '@eventstore/db-client/generated/streams_grpc_pb';
import {
  type AppendReq,
  type AppendResp,
  type DeleteReq,
  DeleteResp,
  type ReadReq,
  type ReadResp,
  type TombstoneReq,
  TombstoneResp,
} from '@eventstore/db-client/generated/streams_pb';
import {
  type Metadata,
  Server,
  ServerCredentials,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  type sendUnaryData as Answer,
  status,
} from '@grpc/grpc-js';
import {
  deleted,
  expectedOf,
  features,
  nameOf,
  problem,
  proposedOf,
  success,
  wrongVersion,
} from './messages';
import { answerRead } from './reading';
import { type Expected, MAX_APPEND_BYTES, type Proposed, Streams } from './streams';

export interface SimulatorOptions {
  /** Who may call; null: anyone. */
  account?: { username: string; password: string } | null;
  /** PEM, for TLS. */
  tls?: { key: string; certificate: string };
  /** Another node leads: what needs the leader is refused, and its place told. */
  leader?: () => { host: string; port: number } | null;
  /** What the nodes of a cluster say of it. */
  members?: () => { port: number; leads: boolean }[];
  /** Shared by the nodes of a cluster. */
  streams?: Streams;
}

export class EventStoreSimulator {
  readonly streams: Streams;
  port = 0;
  /** Appends that were taken. */
  appends = 0;
  hasFullDisk = false;
  /** Events that were read, other than by subscriptions. */
  eventsRead = 0;
  /** Subscriptions that were begun. */
  subscriptions = 0;
  private server: Server | null = null;
  private fault: 'answer' | 'request' | null = null;
  private moving: Promise<void> = Promise.resolve();

  constructor(private readonly options: SimulatorOptions = {}) {
    this.streams = options.streams ?? new Streams();
  }

  get url(): string {
    const { account, tls } = this.options;
    const who = account ? `${account.username}:${encodeURIComponent(account.password)}@` : '';
    return `esdb://${who}127.0.0.1:${this.port}?tls=${tls ? 'true' : 'false'}`;
  }

  async start(): Promise<this> {
    const server = new Server({ 'grpc.max_receive_message_length': 32 * 1024 * 1024 });
    server.addService(StreamsService, {
      append: (call: ServerReadableStream<AppendReq, AppendResp>, answer: sendUnaryData<AppendResp>) => {
        void this.append(call, answer);
      },
      read: (call: ServerWritableStream<ReadReq, ReadResp>) => void this.read(call),
      delete: (call: ServerUnaryCall<DeleteReq, DeleteResp>, answer: sendUnaryData<DeleteResp>) =>
        this.delete(
          call,
          (name) => this.streams.delete(name),
          (refused) => (refused ? answer(refused) : answer(null, new DeleteResp())),
        ),
      tombstone: (call: ServerUnaryCall<TombstoneReq, TombstoneResp>, answer: sendUnaryData<TombstoneResp>) =>
        this.delete(
          call,
          (name) => this.streams.tombstone(name),
          (refused) => (refused ? answer(refused) : answer(null, new TombstoneResp())),
        ),
    });
    server.addService(ServerFeaturesService, {
      getSupportedMethods: (_: unknown, answer: Answer<SupportedMethods>) => answer(null, features()),
    });
    server.addService(GossipService, {
      read: (_: unknown, answer: Answer<gossip.ClusterInfo>) => answer(null, this.cluster()),
    });
    const { tls } = this.options;
    const credentials = tls
      ? ServerCredentials.createSsl(null, [
          { private_key: Buffer.from(tls.key), cert_chain: Buffer.from(tls.certificate) },
        ])
      : ServerCredentials.createInsecure();
    this.port = await new Promise<number>((resolve, reject) => {
      server.bindAsync(`127.0.0.1:${this.port}`, credentials, (error, port) => {
        if (error) reject(error);
        else resolve(port);
      });
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

  /** Every connection breaks; the next one works. What was appended is kept, as by a node that is killed and started again. */
  break(): void {
    this.down();
    this.up();
  }

  async stop(): Promise<void> {
    await this.moving;
    this.down();
  }

  private async append(
    call: ServerReadableStream<AppendReq, AppendResp>,
    answer: sendUnaryData<AppendResp>,
  ): Promise<void> {
    const refused = this.refusal(call.metadata);
    let expected: Expected = 'any';
    let stream = '';
    let bytes = 0;
    const proposed: Proposed[] = [];
    try {
      for await (const request of call as AsyncIterable<AppendReq>) {
        const options = request.getOptions();
        if (options) {
          stream = nameOf(options.getStreamIdentifier());
          expected = expectedOf(options);
        }
        const message = request.getProposedMessage();
        if (!message) continue;
        proposed.push(proposedOf(message));
        bytes += message.getData_asU8().length + message.getCustomMetadata_asU8().length;
      }
    } catch {
      // The other end hung up: nothing was asked for.
      return;
    }
    if (refused) return answer(refused);
    if (bytes > MAX_APPEND_BYTES)
      return answer(
        problem(status.INVALID_ARGUMENT, 'maximum-append-size-exceeded', {
          'maximum-append-size': String(MAX_APPEND_BYTES),
        }),
      );
    const fault = this.fault;
    this.fault = null;
    // A node whose disk is full ends itself, and has written nothing.
    if (this.hasFullDisk) return this.down();
    if (fault === 'request') return this.break();
    const result = this.streams.append(stream, proposed, expected);
    this.appends += 1;
    if (fault === 'answer') return this.break();
    if ('tombstone' in result) return answer(deleted(stream));
    answer(null, 'last' in result ? success(result.last) : wrongVersion(expected, result.current));
  }

  private async read(call: ServerWritableStream<ReadReq, ReadResp>): Promise<void> {
    const refused = this.refusal(call.metadata);
    if (refused) call.emit('error', refused);
    else if (call.request.getOptions()?.hasSubscription()) {
      this.subscriptions += 1;
      await answerRead(call, this.streams);
    } else this.eventsRead += await answerRead(call, this.streams);
  }

  private delete(
    { request, metadata }: ServerUnaryCall<DeleteReq | TombstoneReq, unknown>,
    remove: (name: string) => void,
    answer: (refused: object | null) => void,
  ): void {
    const refused = this.refusal(metadata);
    if (!refused) remove(nameOf(request.getOptions()?.getStreamIdentifier()));
    answer(refused);
  }

  private refusal(metadata: Metadata): object | null {
    const { account, leader } = this.options;
    if (account) {
      const given = String(metadata.get('authorization')[0] ?? '');
      const known = `Basic ${Buffer.from(`${account.username}:${account.password}`).toString('base64')}`;
      if (given !== known) return problem(status.UNAUTHENTICATED, 'access-denied', {});
    }
    const other = leader?.() ?? null;
    if (other && String(metadata.get('requires-leader')[0] ?? '') === 'true')
      return problem(status.NOT_FOUND, 'not-leader', {
        'leader-endpoint-host': other.host,
        'leader-endpoint-port': String(other.port),
      });
    return null;
  }

  private cluster(): gossip.ClusterInfo {
    const members = this.options.members?.() ?? [{ port: this.port, leads: true }];
    return new gossip.ClusterInfo().setMembersList(
      members.map(({ port, leads }, i) => {
        const { LEADER, FOLLOWER } = gossip.MemberInfo.VNodeState;
        const id = new shared.UUID();
        id.setString(`00000000-0000-4000-8000-00000000000${i}`);
        return new gossip.MemberInfo()
          .setInstanceId(id)
          .setTimeStamp('0')
          .setIsAlive(true)
          .setState(leads ? LEADER : FOLLOWER)
          .setHttpEndPoint(new gossip.EndPoint().setAddress('127.0.0.1').setPort(port));
      }),
    );
  }
}
