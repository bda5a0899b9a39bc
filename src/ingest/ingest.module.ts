import { Module } from '@nestjs/common';
import { FactsController } from './facts.controller';
import { IngestService } from './ingest.service';
import { INGEST_LIMITS, readIngestLimits } from './limits';
import { WebhookService } from './webhook.service';
import { WebhooksController } from './webhooks.controller';

/** Ingest over HTTP. Needs LEDGER, POOL, CONFIG and SOURCES from a global module, and `installBodyParsers`. */
@Module({
  controllers: [FactsController, WebhooksController],
  providers: [
    { provide: INGEST_LIMITS, useFactory: () => readIngestLimits() },
    IngestService,
    WebhookService,
  ],
  exports: [IngestService],
})
export class IngestModule {}
