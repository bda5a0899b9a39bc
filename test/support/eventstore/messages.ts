/** The protocol's messages, from what the simulator keeps and to what it is asked. */
import * as shared from '@eventstore/db-client/generated/shared_pb';
import { SupportedMethod, SupportedMethods } from '@eventstore/db-client/generated/serverfeatures_pb';
import type { AppendReq } from '@eventstore/db-client/generated/streams_pb';
import { AppendResp, ReadResp } from '@eventstore/db-client/generated/streams_pb';
import { Metadata, status } from '@grpc/grpc-js';
import type { Expected, Proposed, StoredEvent } from './streams';

export function problem(code: number, exception: string, more: Record<string, string>): object {
  const metadata = new Metadata();
  metadata.set('exception', exception);
  for (const [name, value] of Object.entries(more)) metadata.set(name, value);
  return Object.assign(new Error(exception), { code, details: exception, metadata });
}

export function deleted(stream: string): object {
  return problem(status.FAILED_PRECONDITION, 'stream-deleted', { 'stream-name': stream });
}

export function nameOf(of: shared.StreamIdentifier | undefined): string {
  return Buffer.from(of?.getStreamName_asU8() ?? []).toString();
}

export function identifier(name: string): shared.StreamIdentifier {
  const made = new shared.StreamIdentifier();
  made.setStreamName(Buffer.from(name));
  return made;
}

export function expectedOf(options: AppendReq.Options): Expected {
  if (options.hasRevision()) return Number(options.getRevision());
  if (options.hasNoStream()) return 'no_stream';
  return options.hasStreamExists() ? 'stream_exists' : 'any';
}

export function proposedOf(message: AppendReq.ProposedMessage): Proposed {
  const map = message.getMetadataMap();
  return {
    id: message.getId()?.getString() ?? '',
    type: map.get('type') ?? '',
    contentType: map.get('content-type') ?? '',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
}

export function success(last: number): AppendResp {
  const made = new AppendResp.Success();
  made.setCurrentRevision(String(last));
  made.setNoPosition(new shared.Empty());
  return new AppendResp().setSuccess(made);
}

export function wrongVersion(expected: Expected, current: number | null): AppendResp {
  const made = new AppendResp.WrongExpectedVersion();
  if (current === null) made.setCurrentNoStream(new shared.Empty());
  else made.setCurrentRevision(String(current));
  if (typeof expected === 'number') made.setExpectedRevision(String(expected));
  else made.setExpectedNoStream(new shared.Empty());
  return new AppendResp().setWrongExpectedVersion(made);
}

export function readEvent(stream: string, event: StoredEvent, revision: number | string): ReadResp.ReadEvent {
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
export function features(): SupportedMethods {
  const methods = ['append', 'batchappend', 'read', 'delete', 'tombstone'].map((name) =>
    new SupportedMethod().setMethodName(name).setServiceName('event_store.client.streams.streams'),
  );
  return new SupportedMethods().setMethodsList(methods).setEventStoreServerVersion('24.10.0');
}
