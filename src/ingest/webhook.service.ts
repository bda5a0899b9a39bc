import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import type { WebhookScheme } from '../domain/sources/source-kind';
import type { Config } from '../platform/config';
import { bodiesBusy } from '../platform/http/body';
import type { MemoryBudget } from '../platform/http/memory-budget';
import { CONFIG, LOGGER, MEMORY_BUDGET, POOL } from '../platform/http/tokens';
import { within } from '../platform/http/within';
import type { Log } from '../platform/logging';
import { type IngestRequest, IngestService } from './ingest.service';
import { INGEST_LIMITS, type IngestLimits } from './limits';
import type { Recorded } from './recorder';
import { signatureRefused, webhookRefused, webhookTooLarge } from './refusals';
import { SeenSignatures } from './seen-signatures';
import { verifySignature } from './signatures';
import { own } from '../domain/own';

export interface WebhookRequest {
  source: string;
  /** Lower-cased names. */
  headers: Record<string, string | undefined>;
  contentLength: number | null;
  body: AsyncIterable<Buffer>;
  trace: IngestRequest['trace'];
}

/** Records a webhook when its signature proves who sent it. Public: the signature is the only proof there is. */
@Injectable()
export class WebhookService {
  private readonly seen: SeenSignatures;
  private readonly budget: MemoryBudget;

  constructor(
    @Inject(IngestService) private readonly ingest: IngestService,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(POOL) private readonly pool: Pool,
    @Inject(INGEST_LIMITS) private readonly limits: IngestLimits,
    @Inject(MEMORY_BUDGET) budget: MemoryBudget,
    @Inject(LOGGER) private readonly log: Log,
  ) {
    this.seen = new SeenSignatures(pool);
    this.budget = budget.ofStrangers();
  }

  /** Throws ApiError 401, 413, 503, and whatever ingesting throws. */
  async receive(request: WebhookRequest): Promise<Recorded> {
    const { contentLength } = request;
    const limit = this.limits.messageBytes;
    if (contentLength !== null && contentLength > limit) throw webhookTooLarge(limit);
    const asked = performance.now();
    const signer = await within(this.signerOf(request.source), this.limits.lookUpMs);
    const left = this.limits.lookUpMs - (performance.now() - asked);
    const held = new HeldBody(this.budget, limit);
    const body = await held.read(request.body);
    const accepted = this.accept(request, signer, body).finally(() => held.release());
    return within(accepted, left);
  }

  private async accept(request: WebhookRequest, signer: Signer, body: Buffer): Promise<Recorded> {
    const { scheme, secret } = signer.known ?? DECOY;
    const check = verifySignature(scheme, secret, { headers: request.headers, body }, Date.now());
    // Only who knows the secret is told that it is old.
    if (signer.known && !check.ok && check.code === 'signature-old')
      throw signatureRefused(check.code, check.reason);
    if (!signer.known || !check.ok) {
      const reason = signer.known === null ? signer.why : check.ok ? '' : check.reason;
      this.log.info({ source: request.source.slice(0, 100), reason }, 'a webhook was refused');
      throw webhookRefused();
    }
    const delivery = check.replayKey === undefined ? null : `${request.source}\0${check.replayKey}`;
    if (delivery !== null && (await this.seen.has(delivery))) {
      throw signatureRefused('signature-replayed', 'this delivery was accepted before');
    }
    const recorded = await this.ingest.ingest({
      source: request.source,
      contentType: request.headers['content-type'],
      contentLength: null,
      body: once(body),
      actor: `webhook:${request.source}`,
      trace: request.trace,
    });
    // Only now: when we failed, the sender may repeat the same delivery.
    if (delivery !== null) {
      const toleranceSeconds = scheme.scheme === 'standard-webhooks' ? scheme.toleranceSeconds : 0;
      await this.seen.remember(delivery, toleranceSeconds);
    }
    return recorded;
  }

  /** With the same work for every name: a stranger must not learn from the time it takes which sources there are. */
  private async signerOf(name: string): Promise<Signer> {
    const { rows } = await this.pool.query<{ variable: string | null }>(
      'SELECT webhook_secret_env AS variable FROM app.sources WHERE name = $1',
      [NAME.test(name) ? name : ''],
    );
    const [row] = rows;
    const source = row ? await this.ingest.find(name) : null;
    if (!source) return { known: null, why: 'there is no such source' };
    const scheme = source.kind.webhook;
    if (!scheme) return { known: null, why: 'systems of this kind send no webhooks' };
    // From the configuration file, or from the environment variable that the source's row names.
    const configured = this.config.sources.find((each) => each.name === name)?.secrets.webhook?.reveal();
    const secret = configured ?? (row?.variable ? own(process.env, row.variable) : undefined);
    return secret === undefined
      ? { known: null, why: 'no webhook secret is configured for this source' }
      : { known: { scheme, secret }, why: '' };
  }
}

/** What a delivery is checked by; where nothing is known, why not, for the log. */
interface Signer {
  known: { scheme: WebhookScheme; secret: string } | null;
  why: string;
}

const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** What a delivery is checked by that no source could have sent. */
const DECOY = {
  scheme: { scheme: 'hmac-sha256', header: 'x-signature', encoding: 'hex' },
  secret: randomBytes(32).toString('hex'),
} satisfies Signer['known'];

/** Signatures need the whole body, and nobody is known yet: so it is short, and counted. */
class HeldBody {
  private bytes = 0;

  constructor(
    private readonly budget: MemoryBudget,
    private readonly limit: number,
  ) {}

  async read(body: AsyncIterable<Buffer>): Promise<Buffer> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of body) {
        if (this.bytes + chunk.length > this.limit) throw webhookTooLarge(this.limit);
        if (!this.budget.take(chunk.length)) throw bodiesBusy();
        this.bytes += chunk.length;
        chunks.push(chunk);
      }
    } catch (error) {
      this.release();
      throw error;
    }
    return Buffer.concat(chunks);
  }

  release(): void {
    this.budget.give(this.bytes);
  }
}

async function* once(body: Buffer): AsyncGenerator<Buffer> {
  if (body.length > 0) yield body;
}
