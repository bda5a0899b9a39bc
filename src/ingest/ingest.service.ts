import { Inject, Injectable, Optional } from '@nestjs/common';
import { kindFor } from '../domain/sources/registry';
import type { SourceKind, SourceSettings } from '../domain/sources/source-kind';
import type { Ledger } from '../ledger/port';
import type { Config } from '../platform/config';
import { errorCode } from '../platform/database/errors';
import type { MemoryBudget } from '../platform/http/memory-budget';
import { CONFIG, LEDGER, MEMORY_BUDGET, SOURCES, TRACES } from '../platform/http/tokens';
import { within } from '../platform/http/within';
import type { TraceBook } from '../platform/traces/trace-book';
import { type Trace, traceparent } from '../platform/traces/traceparent';
import type { SourceBook } from '../projections/sources';
import { OWN_SOURCE } from '../projections/translate';
import { collect, spoolFolder } from './collect';
import { formatOf } from './format';
import { INGEST_LIMITS, type IngestLimits } from './limits';
import { proposer } from './proposals';
import { type Recorded, Recorder } from './recorder';
import { bodyTooLarge, diskFull, sourceUnknown, unreadable } from './refusals';
import { InputError } from './split/input-error';

export interface IngestRequest {
  source: string;
  contentType: string | undefined;
  /** As the client declares it, of a body that is not compressed; else null. */
  contentLength: number | null;
  body: AsyncIterable<Buffer>;
  /** A key's name, or whatever else names who sent it. */
  actor: string;
  /** The request's; undefined where the server keeps none. */
  trace?: Trace | undefined;
}

export interface ResolvedSource {
  settings: SourceSettings;
  kind: SourceKind;
}

/** How often a name that is not known may send us to the database. */
const RELOAD_MS = 1_000;

/** Takes a body in whole, splits it into messages, and records them: all of them, or, when one cannot be read, none. */
@Injectable()
export class IngestService {
  private reloadedAt = -Infinity;

  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(SOURCES) private readonly sources: SourceBook,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(INGEST_LIMITS) private readonly limits: IngestLimits,
    @Inject(MEMORY_BUDGET) private readonly budget: MemoryBudget,
    @Optional() @Inject(TRACES) private readonly traces: TraceBook | null = null,
  ) {}

  /** Resolves once every message is durable. Throws ApiError, and the ledger's errors. */
  async ingest(request: IngestRequest): Promise<Recorded> {
    const source = await within(this.resolve(request.source), this.limits.lookUpMs);
    const format = formatOf(request.contentType);
    const maxBytes = format.maxBytes(this.limits);
    if (request.contentLength !== null && request.contentLength > maxBytes)
      throw bodyTooLarge(format, maxBytes);
    const collected = await readable(
      collect(request.body, {
        format,
        limits: this.limits,
        proposer: proposer(source.settings, source.kind, request.actor),
        budget: this.budget,
        spoolFolder: spoolFolder(this.config.dataDir),
      }),
    );
    const { traces } = this;
    const trace = request.trace && traceparent(request.trace);
    const recorder = new Recorder(this.ledger, this.limits, (receipts) => {
      if (trace !== undefined) traces?.note(trace, receipts);
    });
    try {
      for await (const proposal of collected.proposals()) {
        const room = recorder.add(proposal);
        if (room) await room;
      }
      return await recorder.finish();
    } finally {
      await recorder.settle();
      await collected.close();
    }
  }

  private async resolve(name: string): Promise<ResolvedSource> {
    const found = await this.find(name);
    if (!found)
      throw sourceUnknown(
        name,
        this.sources.all().map((source) => source.name),
      );
    return found;
  }

  async find(name: string): Promise<ResolvedSource | null> {
    const settings = this.sources.get(name) ?? (await this.reloaded(name));
    const kind = settings && kindFor(settings);
    // Our own facts are recorded by us alone.
    return settings && kind && settings.kind !== OWN_SOURCE ? { settings, kind } : null;
  }

  /** Another replica may have configured it. */
  private async reloaded(name: string): Promise<SourceSettings | undefined> {
    if (performance.now() - this.reloadedAt < RELOAD_MS) return undefined;
    this.reloadedAt = performance.now();
    await this.sources.reload();
    return this.sources.get(name);
  }
}

async function readable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof InputError) throw unreadable(error);
    throw errorCode(error) === 'ENOSPC' ? diskFull(error) : error;
  }
}
