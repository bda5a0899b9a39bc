import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import type { Config } from '../platform/config';
import { CONFIG, POOL } from '../platform/http/tokens';
import { type IngestRequest, IngestService, type ResolvedSource } from './ingest.service';
import { INGEST_LIMITS, type IngestLimits } from './limits';
import type { Recorded } from './recorder';
import { signatureRefused, webhookTooLarge } from './refusals';
import { SeenSignatures } from './seen-signatures';
import { verifySignature } from './signatures';

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

  constructor(
    @Inject(IngestService) private readonly ingest: IngestService,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(POOL) private readonly pool: Pool,
    @Inject(INGEST_LIMITS) private readonly limits: IngestLimits,
  ) {
    this.seen = new SeenSignatures(pool);
  }

  /** Throws ApiError 401 with the reason, 404, 413, and whatever ingesting throws. */
  async receive(request: WebhookRequest): Promise<Recorded> {
    const source = await this.ingest.resolve(request.source, false);
    const scheme = source.kind.webhook;
    const secret = await this.secretOf(source);
    if (!scheme || secret === null) {
      const reason = scheme
        ? 'no webhook secret is configured for this source'
        : 'systems of this kind send no webhooks';
      throw signatureRefused('webhook-not-configured', reason);
    }
    const body = await this.readWhole(request);
    const check = verifySignature(scheme, secret, { headers: request.headers, body }, Date.now());
    if (!check.ok) throw signatureRefused(check.code, check.reason);
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

  /** From the configuration file, or from the environment variable that the source's row names. */
  private async secretOf({ settings }: ResolvedSource): Promise<string | null> {
    const configured = this.config.sources.find(({ name }) => name === settings.name)?.secrets.webhook;
    if (configured) return configured.reveal();
    const { rows } = await this.pool.query<{ variable: string | null }>(
      'SELECT webhook_secret_env AS variable FROM app.sources WHERE name = $1',
      [settings.name],
    );
    const variable = rows[0]?.variable;
    return variable ? (process.env[variable] ?? null) : null;
  }

  /** Signatures need the whole body, and nobody is known yet: so it is short. */
  private async readWhole({ body, contentLength }: WebhookRequest): Promise<Buffer> {
    const limit = this.limits.messageBytes;
    if (contentLength !== null && contentLength > limit) throw webhookTooLarge(limit);
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of body) {
      bytes += chunk.length;
      if (bytes > limit) throw webhookTooLarge(limit);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }
}

async function* once(body: Buffer): AsyncGenerator<Buffer> {
  if (body.length > 0) yield body;
}
