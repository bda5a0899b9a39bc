import { createHash } from 'node:crypto';

export type SourceName = 'prima' | 'scend' | 'middleware' | 'middleware-legacy';

/** Who a drift is about. A fact has no position here: it is found by its source and the SHA-256 of its exact text. */
export type ExpectedSubject =
  | { kind: 'order' | 'shipment' | 'stock' | 'product' | 'invoice' | 'return' | 'customer'; id: string }
  | { kind: 'feed'; source: SourceName }
  | { kind: 'fact'; source: SourceName; key: string | null; bodyHash: string };

/** A drift that must be open when every message has been folded. */
export interface ExpectedDrift {
  detector: string;
  subject: ExpectedSubject;
  /** Only where detectors.md lets the world know it: SKU, order line or invoice line. Unset: any. */
  discriminator?: string;
  /** Unset: any. */
  cause?: string;
  faultId: string;
}

/** One message as a system writes it, and when it would first send it. */
export interface Emission {
  source: SourceName;
  type: string;
  at: number;
  body: string;
  faultId?: string;
}

type Draft = Omit<Emission, 'body'> & { document: object | string };

interface Sequenced {
  at: number;
  assign: (sequence: number) => void;
}

/** What the systems of the world said, and what of it is wrong. */
export class Recorder {
  private readonly drafts: Draft[] = [];
  private readonly sequenced: Sequenced[] = [];
  private readonly drifts: ExpectedDrift[] = [];
  private eventNo = 0;

  prima(at: number, document: object & { documentType: string }, faultId?: string): void {
    this.raw('prima', document.documentType, at, document, faultId);
  }

  scend(at: number, event: { event_type: string } & object, faultId?: string): void {
    this.raw('scend', event.event_type, at, event, faultId);
  }

  middleware(at: number, message: { type: string } & object, faultId?: string): void {
    this.raw('middleware', message.type, at, message, faultId);
  }

  /** A string is sent as it is, also where it is no sound message. */
  raw(source: SourceName, type: string, at: number, document: object | string, faultId?: string): void {
    this.drafts.push(
      faultId === undefined ? { source, type, at, document } : { source, type, at, document, faultId },
    );
  }

  /** Scend counts over its whole stock stream in the order in which things happened, known only at the end. */
  sequence(at: number, assign: (sequence: number) => void): void {
    this.sequenced.push({ at, assign });
  }

  nextEventId(): string {
    this.eventNo += 1;
    return `evt-${this.eventNo}`;
  }

  expect(drift: ExpectedDrift): void {
    this.drifts.push(drift);
  }

  /** A drift about one message itself. */
  expectFact(detector: string, source: SourceName, key: string | null, body: string, faultId: string): void {
    const bodyHash = createHash('sha256').update(body).digest('hex');
    this.expect({ detector, subject: { kind: 'fact', source, key, bodyHash }, faultId });
  }

  truth(): ExpectedDrift[] {
    return [...this.drifts];
  }

  /** Every message in the order in which things happened, with its final text. */
  seal(firstSequence: number): Emission[] {
    const byTime = [...this.sequenced].sort((a, b) => a.at - b.at);
    byTime.forEach((entry, index) => entry.assign(firstSequence + index));
    return [...this.drafts]
      .sort((a, b) => a.at - b.at)
      .map(({ document, ...rest }) => ({
        ...rest,
        body: typeof document === 'string' ? document : JSON.stringify(document),
      }));
  }
}
