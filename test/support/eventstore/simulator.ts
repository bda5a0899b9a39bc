/**
 * A simulator of an EventStoreDB / KurrentDB server in this process: the true gRPC protocol on the service definitions that the client
 * package has, faithful in expected revisions, idempotent event ids, the limit of a write, catch-up and live phases, who leads, and
 * credentials. It is no server: it keeps nothing on disk, has no cluster behind it, and proves nothing of one.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import * as gossip from '@eventstore/db-client/generated/gossip_pb';
import { GossipService } from '@eventstore/db-client/generated/gossip_grpc_pb';
import { ServerFeaturesService } from '@eventstore/db-client/generated/serverfeatures_grpc_pb';
import { SupportedMethod, SupportedMethods } from '@eventstore/db-client/generated/serverfeatures_pb';
import * as shared from '@eventstore/db-client/generated/shared_pb';
import { StreamsService } from '@eventstore/db-client/generated/streams_grpc_pb';
import type { AppendReq } from '@eventstore/db-client/generated/streams_pb';
import { AppendResp, ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb';
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerReadableStream,
  type ServerWritableStream,
  type sendUnaryData,
  type sendUnaryData as Answer,
  status,
} from '@grpc/grpc-js';
import { type Expected, MAX_APPEND_BYTES, type Proposed, type StoredEvent, Streams } from './streams';

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

  /** Every connection breaks; the next one works. */
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
    if (fault === 'request') return this.break();
    const result = this.streams.append(stream, proposed, expected);
    this.appends += 1;
    if (fault === 'answer') return this.break();
    answer(null, 'last' in result ? success(result.last) : wrongVersion(expected, result.current));
  }

  private async read(call: ServerWritableStream<ReadReq, ReadResp>): Promise<void> {
    const refused = this.refusal(call.metadata);
    if (refused) {
      call.emit('error', refused);
      return;
    }
    const options = call.request.getOptions();
    const from = options?.getStream();
    const name = nameOf(from?.getStreamIdentifier());
    const isLive = options?.hasSubscription() ?? false;
    const events = () => this.streams.get(name) ?? [];
    if (!isLive && this.streams.get(name) === null) {
      const missing = new ReadResp.StreamNotFound();
      missing.setStreamIdentifier(identifier(name));
      call.write(new ReadResp().setStreamNotFound(missing));
      call.end();
      return;
    }
    const backwards = options?.getReadDirection() === ReadReq.Options.ReadDirection.BACKWARDS;
    if (backwards) return this.readBackwards(call, name, Number(options.getCount()), from);
    let at = 0;
    if (from?.hasEnd()) at = events().length;
    // A subscription begins after what its subscriber has.
    else if (from?.hasRevision()) at = Number(from.getRevision()) + (isLive ? 1 : 0);
    const most = isLive ? Infinity : Number(options?.getCount());
    if (isLive) {
      const confirmation = new ReadResp.SubscriptionConfirmation();
      confirmation.setSubscriptionId('simulated');
      call.write(new ReadResp().setConfirmation(confirmation));
    }
    const reader = { ended: false };
    let wake: () => void = () => undefined;
    const leave = this.streams.onAppended(name, () => wake());
    const stop = () => {
      reader.ended = true;
      wake();
    };
    call.on('cancelled', stop).on('close', stop).on('error', stop);
    let caughtUp = !isLive;
    for (let sent = 0; !reader.ended && sent < most;) {
      const event = events()[at];
      if (event) {
        const flows = call.write(new ReadResp().setEvent(readEvent(name, event, at)));
        at += 1;
        sent += 1;
        if (!flows)
          await new Promise<void>((resolve) => {
            wake = resolve;
            call.once('drain', resolve);
          });
        else if (sent % 100 === 0) await nextTurn();
        continue;
      }
      if (!isLive) break;
      if (!caughtUp) call.write(new ReadResp().setCaughtUp(new ReadResp.CaughtUp()));
      caughtUp = true;
      await new Promise<void>((resolve) => {
        wake = resolve;
        // What came between the look and the wait.
        if (events().length > at || reader.ended) resolve();
      });
    }
    leave();
    if (!reader.ended) call.end();
  }

  private readBackwards(
    call: ServerWritableStream<ReadReq, ReadResp>,
    name: string,
    most: number,
    from: ReadReq.Options.StreamOptions | undefined,
  ): void {
    const events = this.streams.get(name) ?? [];
    let at = from?.hasRevision() ? Number(from.getRevision()) : events.length - 1;
    for (let sent = 0; sent < most && at >= 0; sent++, at--) {
      const event = events[at];
      if (event) call.write(new ReadResp().setEvent(readEvent(name, event, at)));
    }
    call.end();
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

function problem(code: number, exception: string, more: Record<string, string>): object {
  const metadata = new Metadata();
  metadata.set('exception', exception);
  for (const [name, value] of Object.entries(more)) metadata.set(name, value);
  return Object.assign(new Error(exception), { code, details: exception, metadata });
}

function nameOf(of: shared.StreamIdentifier | undefined): string {
  return Buffer.from(of?.getStreamName_asU8() ?? []).toString();
}

function identifier(name: string): shared.StreamIdentifier {
  const made = new shared.StreamIdentifier();
  made.setStreamName(Buffer.from(name));
  return made;
}

function expectedOf(options: AppendReq.Options): Expected {
  if (options.hasRevision()) return Number(options.getRevision());
  if (options.hasNoStream()) return 'no_stream';
  return options.hasStreamExists() ? 'stream_exists' : 'any';
}

function proposedOf(message: AppendReq.ProposedMessage): Proposed {
  const map = message.getMetadataMap();
  return {
    id: message.getId()?.getString() ?? '',
    type: map.get('type') ?? '',
    contentType: map.get('content-type') ?? '',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
}

function success(last: number): AppendResp {
  const made = new AppendResp.Success();
  made.setCurrentRevision(String(last));
  made.setNoPosition(new shared.Empty());
  return new AppendResp().setSuccess(made);
}

function wrongVersion(expected: Expected, current: number | null): AppendResp {
  const made = new AppendResp.WrongExpectedVersion();
  if (current === null) made.setCurrentNoStream(new shared.Empty());
  else made.setCurrentRevision(String(current));
  if (typeof expected === 'number') made.setExpectedRevision(String(expected));
  else made.setExpectedNoStream(new shared.Empty());
  return new AppendResp().setWrongExpectedVersion(made);
}

function readEvent(stream: string, event: StoredEvent, revision: number): ReadResp.ReadEvent {
  const recorded = new ReadResp.ReadEvent.RecordedEvent();
  const id = new shared.UUID();
  id.setString(event.id);
  recorded.setId(id);
  recorded.setStreamIdentifier(identifier(stream));
  recorded.setStreamRevision(String(revision));
  recorded.setPreparePosition(String(event.commit));
  recorded.setCommitPosition(String(event.commit));
  const map = recorded.getMetadataMap();
  map.set('type', event.type);
  map.set('content-type', event.contentType);
  // In ticks of 100 ns since the epoch.
  map.set('created', `${event.created}0000`);
  recorded.setCustomMetadata(event.metadata);
  recorded.setData(event.data);
  const made = new ReadResp.ReadEvent();
  made.setEvent(recorded);
  made.setCommitPosition(String(event.commit));
  return made;
}

/** What the client asks before it uses what only newer servers have. */
function features(): SupportedMethods {
  const methods = ['append', 'batchappend', 'read', 'delete', 'tombstone'].map((name) =>
    new SupportedMethod().setMethodName(name).setServiceName('event_store.client.streams.streams'),
  );
  return new SupportedMethods().setMethodsList(methods).setEventStoreServerVersion('24.10.0');
}
