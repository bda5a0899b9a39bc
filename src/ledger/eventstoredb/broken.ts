import { AccessDeniedError, MaxAppendSizeExceededError, StreamDeletedError } from '@eventstore/db-client';
import { LedgerStopped } from '../port';

/** The stream does not say what it must; nothing is appended to it or copied from it until somebody has looked. */
export class StreamBroken extends LedgerStopped {
  /** @param position the first that is not as it must be, where one can be named */
  constructor(
    message: string,
    readonly position: number | null = null,
  ) {
    super(message);
  }
}

/** The stream is not the one that the database has a copy of, or has lost some of it. Not even a start is possible. */
export class WrongStream extends StreamBroken {}

export const MOVE =
  'stop the service, run `tallystick copy-ledger` with LEDGER_URL naming a new stream (`stream=`), and start with that URL';

/** What the server or the network says, in words that name the place and the remedy, where waiting does not help; else as it is. */
export function inOurWords(error: unknown, stream: string): unknown {
  if (error instanceof StreamDeletedError)
    return new WrongStream(`the stream ${stream} was deleted for good on the server (a tombstone): ${MOVE}`);
  if (error instanceof AccessDeniedError)
    return new StreamBroken(
      `LEDGER_URL: the server denies its account the stream ${stream} (access-denied): correct the account, or let it read and append there`,
    );
  if (error instanceof MaxAppendSizeExceededError)
    return new StreamBroken(
      `the server takes writes of at most ${error.maxAppendSize} bytes: set its MaxAppendSize to 1048576, as it is by default`,
    );
  const text = error instanceof Error ? error.message : '';
  if (/wrong version number|EPROTO|packet length too long/i.test(text))
    return new WrongStream('LEDGER_URL: the server speaks no TLS: add `tls=false` to the URL');
  if (/self.signed|unable to (verify|get)|certificate|altnames/i.test(text))
    return new WrongStream(
      "LEDGER_URL: the server's certificate is not trusted here: name its authority with `tlsCaFile=`",
    );
  return error;
}
