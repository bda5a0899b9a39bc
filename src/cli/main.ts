#!/usr/bin/env node
import 'reflect-metadata';
import { Command } from 'commander';
import { ConfigError } from '../platform/config';
import { Interrupted } from '../platform/shutdown';
import { addMappingCommands, addPolicyCommands } from './draft-commands';
import { addGenerationCommands } from './generation-commands';
import { examples, json, limit, whole } from './options';
import { writeError, writeOut } from './output';

/** Loaded when it is asked for, so that `--help` is instant. */
const program = new Command('tallystick')
  .description('The reconciliation ledger: every message a fact, every drift explained.')
  .showHelpAfterError()
  .configureOutput({ writeOut, writeErr: writeError })
  .addHelpText(
    'after',
    `
Examples:
  tallystick serve                              serve on http://127.0.0.1:7420, database in ./.tallystick
  tallystick ingest prima orders.ndjson         import a file of messages (- reads standard input)
  tallystick drifts --detector stock-mismatch   what is broken now
  tallystick trail SC-100901                    who said what of an order, in what sequence
  tallystick replay                             rebuild everything from the ledger and put it live
  tallystick mapping show                       what the sources' words mean
  tallystick verify                             prove that no fact was changed
  tallystick demo --once                        a day of trading with faults, found again

Environment: HOST, PORT, TALLYSTICK_DATA_DIR, DATABASE_URL, TALLYSTICK_CONFIG, KAFKA_BROKERS, SLACK_WEBHOOK_URL, ROLE,
LOG_LEVEL, and more: see Settings in README.md.`,
  );

program.hook('preAction', async () => {
  const { warningsOf } = await import('./config.js');
  for (const warning of warningsOf()) writeError(`${warning}\n`);
});

program
  .command('serve')
  .description('serve REST, read the topics of Kafka that are configured, fold what arrives, send alerts')
  .addHelpText(
    'after',
    examples(
      'tallystick serve',
      'PORT=8080 DATABASE_URL=postgres://user:password@host:5432/database tallystick serve',
    ),
  )
  .action(async () => {
    const { runServe } = await import('./serve.js');
    await runServe();
  });

program
  .command('ingest')
  .description('import a file of native messages: NDJSON or a JSON array, gzip if it ends in .gz')
  .argument('<source>', 'name of a configured source')
  .argument('<file>', 'path, or - for standard input')
  .addOption(json())
  .addHelpText(
    'after',
    examples(
      'tallystick ingest prima-uk orders.ndjson',
      'zcat orders.ndjson.gz | tallystick ingest prima-uk -',
    ),
  )
  .action(async (source: string, file: string, options: { json: boolean }) => {
    const { runIngest } = await import('./ingest.js');
    finish(await runIngest({ source, file, ...options }));
  });

program
  .command('replay')
  .description(
    'rebuild all read models from the ledger and promote them; with a draft, show what it would change',
  )
  .option(
    '--mapping <draft>',
    'another mapping: `draft` for the last versions, or a file; built beside the live generation, compared, not promoted',
  )
  .option('--policy <draft>', 'another policy: `draft` for the last version, or a file, YAML or JSON')
  .option(
    '--up-to <end>',
    'with a draft: up to this position, or the last fact recorded until this time, compared with what is in force as of then',
  )
  .option('--reason <text>', 'why, kept beside the generation')
  .option(
    '--max-cases <count>',
    'cases in memory at most, from 1000 to 100000000 (default: 400000)',
    whole(1_000, 100_000_000),
  )
  .addOption(json())
  .addHelpText(
    'after',
    `
Examples:
  tallystick replay                                             the same history by this version of Tallystick
  tallystick replay --mapping draft                             what would the drafted mapping have found?
  tallystick replay --policy draft.yaml --reason "cut-off 18:00"   what would another policy have found?
  tallystick replay --mapping draft --up-to 2026-10-31T23:59:59Z   what would it have shown at the end of the month?
  tallystick generations promote 4                              put the draft in force
  tallystick generations rollback                               and back`,
  )
  .action(
    async (options: {
      json: boolean;
      maxCases?: number;
      mapping?: string;
      policy?: string;
      reason?: string;
      upTo?: string;
    }) => {
      const { runReplay } = await import('./replay.js');
      await runReplay(options);
    },
  );

const imports = program
  .command('import')
  .description('history without an avalanche: nobody is alerted until it is complete, then one summary')
  .addHelpText(
    'after',
    `
Examples:
  tallystick import begin --reason "three years of Prima and Scend"
  tallystick ingest prima-uk 2023.ndjson     and so on, source by source, in any order
  tallystick import end                      history is complete: once every source has said something newer, one summary
  tallystick import end --now                no source is waited for
  tallystick import status`,
  );

imports
  .command('begin')
  .description('what facts show from now on alerts nobody')
  .option('--reason <text>', 'why, in the summary')
  .addOption(json())
  .addHelpText('after', examples(`tallystick import begin --reason "three years of Prima and Scend"`))
  .action(async (options: { json: boolean; reason?: string }) => {
    const { runBeginImport } = await import('./import.js');
    await runBeginImport(options);
  });

imports
  .command('end')
  .description('history is complete')
  .option('--now', 'wait for no source to say something newer', false)
  .addOption(json())
  .addHelpText(
    'after',
    examples('tallystick import end', 'tallystick import end --now     no source is waited for'),
  )
  .action(async (options: { json: boolean; now: boolean }) => {
    const { runEndImport } = await import('./import.js');
    await runEndImport(options);
  });

imports
  .command('status')
  .description('imports, the newest first, and what the last one waits for')
  .addOption(json())
  .addHelpText('after', examples('tallystick import status', 'tallystick import status --json | jq'))
  .action(async (options: { json: boolean }) => {
    const { runImportStatus } = await import('./import.js');
    await runImportStatus(options);
  });

addGenerationCommands(program);
addMappingCommands(program);
addPolicyCommands(program);

program
  .command('verify')
  .description('recompute the chain and compare it with the checkpoints kept outside the database')
  .option('--checkpoints <file>', 'file of checkpoints (default: checkpoints.ndjson in the data folder)')
  .addOption(json())
  .addHelpText(
    'after',
    examples('tallystick verify', 'tallystick verify --checkpoints /backup/checkpoints.ndjson'),
  )
  .action(async (options: { json: boolean; checkpoints?: string }) => {
    const { runVerify } = await import('./verify.js');
    finish(await runVerify(options));
  });

program
  .command('copy-ledger')
  .description('move the ledger from PostgreSQL into the stream that LEDGER_URL names, and verify it there')
  .addOption(json())
  .addHelpText(
    'after',
    `
It goes on where it was interrupted, and may run beside a service. To move over: run it, stop the service, run it again, start the service
with LEDGER_URL.

Example:
  LEDGER_URL='esdb://user:password@db1:2113,db2:2113,db3:2113' tallystick copy-ledger`,
  )
  .action(async (options: { json: boolean }) => {
    const { runCopyLedger } = await import('./copy-ledger.js');
    finish(await runCopyLedger(options));
  });

program
  .command('drifts')
  .description('list drifts')
  .option('--status <status>', 'open, accepted, consequence or resolved (default: all, the open ones first)')
  .option('--detector <code>', 'for example stock-mismatch; docs/detectors.md lists them')
  .option('--subject <subject>', 'for example order:SC-100901')
  .option('--owner <owner>', 'assigned, or named by the policy')
  .addOption(limit())
  .addOption(json())
  .addHelpText(
    'after',
    examples(
      'tallystick drifts --detector stock-mismatch',
      'tallystick drifts --status accepted --owner billing --limit 200',
    ),
  )
  .action(async (options: { json: boolean }) => {
    const { runDrifts } = await import('./drifts.js');
    finish(await runDrifts(options));
  });

program
  .command('clusters')
  .description('open drifts by their cause, the greatest cluster first, and what would close most of each')
  .option('--detector <code>', 'for example stock-mismatch; docs/detectors.md lists them')
  .option('--owner <owner>', 'of one that is open in it')
  .addOption(limit())
  .addOption(json())
  .addHelpText('after', examples('tallystick clusters --owner billing --limit 5'))
  .action(async (options: { json: boolean }) => {
    const { runClusters } = await import('./clusters.js');
    finish(await runClusters(options));
  });

program
  .command('alerts')
  .description('what was, will be or could not be told, the newest first')
  .option('--status <status>', 'to people: pending, sent, kept, dead or damped')
  .option('--webhook <status>', 'to the webhook: pending, sent, kept or dead')
  .option('--kafka <status>', 'to Kafka: pending, sent or dead')
  .option('--kind <kind>', 'for example drift.opened')
  .addOption(limit())
  .addOption(json())
  .addHelpText('after', examples('tallystick alerts --status dead'))
  .action(async (options: { json: boolean }) => {
    const { runAlerts } = await import('./alerts.js');
    finish(await runAlerts(options));
  });

program
  .command('digest')
  .description(
    'what is open, new and resolved, how old it is, what it costs, and how much of stock is explained',
  )
  .addOption(json())
  .addHelpText('after', examples('tallystick digest --json | jq .ageing'))
  .action(async (options: { json: boolean }) => {
    const { runDigest } = await import('./digest.js');
    finish(await runDigest(options));
  });

program
  .command('trail')
  .description('the audit trail of an order, by any reference that any system has for it')
  .argument('<ref>')
  .option('--as-of <time>', "RFC 3339, by the sources' clocks")
  .option('--known-at <position>', 'as it was known at a ledger position')
  .addOption(json())
  .addHelpText(
    'after',
    examples('tallystick trail SC-100901', 'tallystick trail SC-100901 --as-of 2026-11-20T12:00:00Z'),
  )
  .action(async (ref: string, options: { json: boolean; asOf?: string; knownAt?: string }) => {
    const { runTrail } = await import('./trail.js');
    finish(await runTrail(ref, options));
  });

const keys = program
  .command('keys')
  .description('the keys of the configuration file: who may ask the service for what')
  .addHelpText(
    'after',
    `
Examples:
  tallystick keys list                                      which are valid, expired, revoked
  tallystick keys revoke systems --reason "told in a chat"  at every replica within seconds, and for good`,
  );

keys
  .command('list')
  .description('the keys, and whether they are valid, expired or revoked')
  .addOption(json())
  .addHelpText('after', examples('tallystick keys list'))
  .action(async (options: { json: boolean }) => {
    const { runListKeys } = await import('./keys.js');
    await runListKeys(options);
  });

keys
  .command('revoke')
  .description('let the token of a key open nothing any more')
  .argument('<name>')
  .option('--reason <text>', 'why, kept beside it')
  .addOption(json())
  .addHelpText('after', examples(`tallystick keys revoke scend-bridge --reason "told in a chat"`))
  .action(async (name: string, options: { json: boolean; reason?: string }) => {
    const { runRevokeKey } = await import('./keys.js');
    await runRevokeKey(name, options);
  });

program
  .command('demo')
  .description('simulate a day of trading with faults in it, and find them')
  .option('--once', 'exit when done', false)
  .option('--orders <count>', 'orders of the day, from 200 to 100000', whole(200, 100_000), 2000)
  .option('--seed <number>', 'another world, from 0 to 4294967295', whole(0, 4_294_967_295), 1)
  .addHelpText(
    'after',
    `
Examples:
  tallystick demo --once                         2,000 orders, and the end
  tallystick demo --orders 20000 --seed 7        a greater day of another world, to look around in`,
  )
  .action(async (options: { once: boolean; orders: number; seed: number }) => {
    const { runDemo } = await import('./demo/index.js');
    finish(await runDemo(options));
  });

function finish(ok: boolean): void {
  if (!ok) process.exitCode = 1;
}

program.parseAsync().catch((error: unknown) => {
  if (error instanceof Interrupted) {
    writeError(`${error.message}\n`);
    // Statements that were under way are waited for by nobody.
    process.exit(error.exitCode);
  }
  const known = error instanceof ConfigError || (error instanceof Error && 'code' in error);
  writeError(
    `${known || process.env['LOG_LEVEL'] !== 'debug' ? (error as Error).message : (error as Error).stack}\n`,
  );
  process.exitCode = 1;
});
