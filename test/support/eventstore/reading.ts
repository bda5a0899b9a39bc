/** How reads and subscriptions of one stream are answered. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb';
import { type ServerWritableStream, status } from '@grpc/grpc-js';
import { deleted, identifier, nameOf, problem, readEvent } from './messages';
import type { Streams } from './streams';

type Call = ServerWritableStream<ReadReq, ReadResp>;

/** A subscriber that is live is not sent more events at once: it is ended. */
export const LIVE_EVENTS = 100;
const LAST_REVISION = '9223372036854775807';

/** Answers how many events were sent. */
export async function answerRead(call: Call, streams: Streams): Promise<number> {
  const options = call.request.getOptions();
  const name = nameOf(options?.getStream()?.getStreamIdentifier());
  if (streams.isTombstone(name)) {
    call.emit('error', deleted(name));
    return 0;
  }
  if (options?.hasSubscription()) {
    await subscribe(call, streams, name);
    return 0;
  }
  const readable = streams.readable(name);
  if (!readable) {
    const missing = new ReadResp.StreamNotFound();
    missing.setStreamIdentifier(identifier(name));
    call.write(new ReadResp().setStreamNotFound(missing));
    call.end();
    return 0;
  }
  const { first, end } = readable;
  const from = options?.getStream();
  const backwards = options?.getReadDirection() === ReadReq.Options.ReadDirection.BACKWARDS;
  const step = backwards ? -1 : 1;
  let at = backwards || from?.hasEnd() ? end - 1 : first;
  if (from?.hasRevision())
    at = backwards ? Math.min(at, Number(from.getRevision())) : Math.max(first, Number(from.getRevision()));
  const most = Number(options?.getCount());
  const reader = { ended: false };
  let wake: () => void = () => undefined;
  call.on('cancelled', () => {
    reader.ended = true;
    wake();
  });
  let sent = 0;
  for (; sent < most && at >= first && at < end && !reader.ended; at += step) {
    const flows = send(call, streams, name, at);
    sent += 1;
    if (!flows)
      await new Promise<void>((resolve) => {
        wake = resolve;
        call.once('drain', resolve);
      });
    else if (sent % 100 === 0) await nextTurn();
  }
  if (!reader.ended) call.end();
  return sent;
}

async function subscribe(call: Call, streams: Streams, name: string): Promise<void> {
  const from = call.request.getOptions()?.getStream();
  const bounds = () => streams.readable(name) ?? { first: 0, end: 0 };
  // A subscription begins after what its subscriber has.
  let at = 0;
  if (from?.hasEnd()) at = bounds().end;
  else if (from?.hasRevision()) at = Number(from.getRevision()) + 1;
  const confirmation = new ReadResp.SubscriptionConfirmation();
  confirmation.setSubscriptionId('simulated');
  call.write(new ReadResp().setConfirmation(confirmation));
  const reader = { ended: false };
  const over = () => reader.ended;
  let wake: () => void = () => undefined;
  const leave = streams.onAppended(name, () => wake());
  const stop = () => {
    reader.ended = true;
    wake();
  };
  call.on('cancelled', stop).on('close', stop).on('error', stop);
  for (let isLive = false; !over();) {
    const { first, end } = bounds();
    at = Math.max(at, first);
    if (streams.isTombstone(name)) {
      const [id, metadata] = ['00000000-0000-4000-8000-000000000000', Buffer.alloc(0)];
      const told = { id, type: '$streamDeleted', contentType: 'application/octet-stream', commit: 0 };
      const event = { ...told, data: metadata, metadata, created: 0 };
      call.write(new ReadResp().setEvent(readEvent(name, event, LAST_REVISION)));
      call.emit('error', deleted(name));
      break;
    }
    if (isLive && end - at > LIVE_EVENTS) {
      const text = 'Consumer too slow to handle event while live. Client resubscription required.';
      call.emit('error', { ...problem(status.ABORTED, 'consumer-too-slow', {}), details: text });
      break;
    }
    for (let sent = 0; at < end && !over(); at++) {
      const flows = send(call, streams, name, at);
      sent += 1;
      if (!flows)
        await new Promise<void>((resolve) => {
          wake = resolve;
          call.once('drain', resolve);
        });
      else if (sent % 100 === 0) await nextTurn();
    }
    if (!isLive) call.write(new ReadResp().setCaughtUp(new ReadResp.CaughtUp()));
    isLive = true;
    await new Promise<void>((resolve) => {
      wake = resolve;
      // What came between the look and the wait.
      if (bounds().end > at || streams.isTombstone(name) || over()) resolve();
    });
  }
  leave();
  if (!over()) call.end();
}

/** Answers whether more can be sent at once. */
function send(call: Call, streams: Streams, name: string, revision: number): boolean {
  const event = streams.get(name)?.[revision];
  return event === undefined || call.write(new ReadResp().setEvent(readEvent(name, event, revision)));
}
