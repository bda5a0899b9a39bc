import type { MigrationInterface } from 'typeorm';
import { Base } from './0001-base';
import { LedgerTables } from './0002-ledger';
import { App } from './0003-app';
import { Shadows } from './0004-shadows';
import { SourceMappings } from './0005-source-mappings';
import { Replays } from './0006-replays';
import { InterruptedReplays } from './0007-interrupted-replays';
import { PromotionAlerts } from './0008-promotion-alerts';
import { Imports } from './0009-imports';
import { PublishedAlerts } from './0010-published-alerts';
import { Traces } from './0012-traces';
import { AlertThreads } from './0013-alert-threads';
import { RevokedKeys } from './0014-revoked-keys';
import { ToldAsItIs } from './0016-told-as-it-is';
import { LedgerClockAndHead } from './0017-ledger-clock-and-head';
import { LedgerCopy } from './0018-ledger-copy';
import { FoldFailures } from './0019-fold-failures';

/** All migrations, in order. A new one is a file NNNN-name.ts and a line here; one that has been released is never changed. */
export const migrations: (new () => MigrationInterface)[] = [
  Base,
  LedgerTables,
  App,
  Shadows,
  SourceMappings,
  Replays,
  InterruptedReplays,
  PromotionAlerts,
  Imports,
  PublishedAlerts,
  Traces,
  AlertThreads,
  RevokedKeys,
  ToldAsItIs,
  LedgerClockAndHead,
  LedgerCopy,
  FoldFailures,
];
