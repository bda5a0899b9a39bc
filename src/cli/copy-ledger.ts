import { moveLedger } from '../ledger/eventstoredb/move';
import { ledgerUrl as readLedgerUrl } from '../ledger/eventstoredb/url';
import { Checkpoints } from '../ledger/postgres/checkpoint';
import { ConfigError } from '../platform/config';
import { readConfig } from './config';
import { createProgress } from './progress';
import { writeOut } from './output';
import { type Runtime, withRuntime } from './runtime';

/** From the database into the stream that LEDGER_URL names. True when the stream holds all of it. */
export async function runCopyLedger({ json }: { json: boolean }): Promise<boolean> {
  const { ledgerUrl, ...config } = readConfig();
  if (ledgerUrl === null)
    throw new ConfigError([
      'environment: LEDGER_URL: says where to, such as esdb://user:password@localhost:2113?tls=false',
    ]);
  readLedgerUrl(ledgerUrl.reveal());
  const copying = { config: { ...config, ledgerUrl: null }, asCopy: true };
  return withRuntime((runtime) => copy(runtime, ledgerUrl.reveal(), json), copying);
}

async function copy(
  { ledger, pool, checkpointFile, log }: Runtime,
  ledgerUrl: string,
  json: boolean,
): Promise<boolean> {
  const progress = createProgress('copy-ledger', 'facts');
  try {
    const { copied, verification } = await moveLedger({
      ledger,
      pool,
      ledgerUrl,
      checkpoints: await new Checkpoints(checkpointFile, undefined, log).load(
        (await ledger.head()).position > 0,
      ),
      onProgress: (position, head, what) => progress.update(position, head, what),
    });
    progress.stop();
    if (json) writeOut(`${JSON.stringify({ copied, ...verification })}\n`);
    else if (verification.ok) {
      const { position, blocks, checkpoints } = verification;
      writeOut(
        `${copied} facts copied. The stream holds: ${position} facts in ${blocks} blocks, ${checkpoints} checkpoints compared.\n`,
      );
    } else
      writeOut(
        `${copied} facts copied. The stream does NOT hold at position ${verification.position}: ${verification.reason}\n`,
      );
    return verification.ok;
  } finally {
    progress.stop();
  }
}
