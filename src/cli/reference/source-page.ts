/** One page for each kind of source that can be configured. */
import { middlewareExamples, primaExamples, scendExamples } from '../../domain/sources/examples';
import { nativeJsonSchema } from '../../domain/sources/json-schema';
import type { JsonSchema } from '../../domain/facts/json-schema';
import type { MessageType } from '../../domain/sources/message-type';
import type { NativeSourceKind } from '../../domain/sources/native-kind';
import type { SourceSettings, WebhookScheme } from '../../domain/sources/source-kind';
import { fieldTable } from './fields';
import { GENERATED, code, codes, fence, page, table } from './markdown';
import { own } from '../../domain/own';

const examples: Record<string, Readonly<Record<string, string>>> = {
  prima: primaExamples,
  scend: scendExamples,
  middleware: middlewareExamples,
};

const OWN_SECRET = 'Needs a source with a secret of yours: the secrets of the demo are random.';

export function sourcePage(kind: NativeSourceKind): string {
  const schemas = nativeJsonSchema(kind)['$defs'] as Record<string, JsonSchema>;
  return page(
    `# Source kind ${kind.kind}`,
    GENERATED,
    `It understands ${kind.messages.length} types of message, told apart by the field ${code(kind.typeField)}. Another type is kept and is \`message-unmapped\`. Fields that are not named here are kept and not read. [JSON Schema](../../schemas/${kind.kind}.json)`,
    '## Connect it',
    connect(kind),
    '## What names and dates a message',
    identity(kind),
    '## Messages',
    ...kind.messages.map((message) => messageText(kind, message, own(schemas, message.type) ?? {})),
    '[All sources](../README.md#sources)',
  );
}

/** Everything that brings a source's messages in, with what answers. */
function connect({ kind, webhook, messages }: NativeSourceKind): string {
  const secret = webhook ? [`    secrets:`, `      webhook: { env: ${variable(kind)} }`] : [];
  const settings = [
    'sources:',
    `  - name: ${kind}`,
    `    kind: ${kind}`,
    '    timeZone: Europe/London # for times that come without a zone',
    '    legalEntity: ACME-UK',
    ...secret,
    'kafka:',
    `  topics: { ${kind}.messages: ${kind} } # read from there, where KAFKA_BROKERS is set`,
  ];
  const body = exampleOf(kind, messages[0]?.type ?? '');
  return [
    'In `tallystick.yaml`; the topic may have any name:',
    fence('yaml', settings.join('\n')),
    'Over HTTP, as it is, to a service on this machine; elsewhere with `authorization: Bearer …` of a key with the role `ingest`:',
    fence(
      'sh',
      `curl -s http://127.0.0.1:7420/v1/sources/${kind}/facts -H 'content-type: application/json' -d '${body}'\n# {"recorded":1,"duplicates":0,"position":…}`,
    ),
    'Sending it again is safe, and is answered with `"duplicates":1`. The demo (`npm run demo`) has a source of this name. From a file, NDJSON or a JSON array:',
    fence('', `tallystick ingest ${kind} messages.ndjson`),
    '### Signed',
    webhook
      ? signed(kind, webhook, body)
      : 'It signs nothing, so it has no webhook: it sends to the route above.',
  ].join('\n\n');
}

function signed(kind: string, webhook: WebhookScheme, body: string): string {
  const url = `http://127.0.0.1:7420/v1/webhooks/${kind}`;
  const secret = variable(kind);
  const send = ["  -H 'content-type: application/json'", '--data-binary "$BODY"'].join(' ');
  if (webhook.scheme === 'hmac-sha256') {
    const encode = webhook.encoding === 'base64' ? 'openssl base64 -A' : "od -An -vtx1 | tr -d ' \\n'";
    return [
      `Webhooks go to ${code(`/v1/webhooks/${kind}`)}. The header ${code(webhook.header)} is the HMAC-SHA256 of the body under the secret, in ${webhook.encoding}. ${OWN_SECRET}`,
      fence(
        'sh',
        [
          `BODY='${body}'`,
          `SIGNATURE=$(printf %s "$BODY" | openssl dgst -sha256 -hmac "$${secret}" -binary | ${encode})`,
          `curl -s ${url} -H "${webhook.header}: $SIGNATURE" \\`,
          send,
        ].join('\n'),
      ),
    ].join('\n\n');
  }
  return [
    `Webhooks go to ${code(`/v1/webhooks/${kind}`)}, signed by Standard Webhooks: ${codes(['webhook-id', 'webhook-timestamp', 'webhook-signature'])}. The secret is ${code('whsec_')} and the key in base64. A clock that is more than ${webhook.toleranceSeconds} s off is refused, and so is a delivery with an id that was there. ${OWN_SECRET}`,
    fence(
      'sh',
      [
        `BODY='${body}'`,
        'ID="delivery-$(date +%s)-$$"',
        'AT=$(date +%s)',
        `KEY=$(printf %s "\${${secret}#whsec_}" | openssl base64 -d -A | od -An -vtx1 | tr -d ' \\n')`,
        'SIGNATURE=$(printf %s "$ID.$AT.$BODY" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$KEY" -binary | openssl base64 -A)',
        `curl -s ${url} -H "webhook-id: $ID" -H "webhook-timestamp: $AT" -H "webhook-signature: v1,$SIGNATURE" \\`,
        send,
      ].join('\n'),
    ),
  ].join('\n\n');
}

function identity(kind: NativeSourceKind): string {
  const rows = kind.messages.map((message) => [
    code(message.type),
    code(envelopeOf(kind, message.type).key ?? ''),
    codes(message.keyFields.map((field) => field.replace('?', ''))),
    message.clock
      ? 'the newest of its lines, else ' + codes(message.clockFields)
      : codes(message.clockFields),
    code(kind.streamOf(message.type)),
  ]);
  return [
    table(
      ['message', 'business key, for example', 'made of', 'clock, the first that is there', 'stream'],
      rows,
    ),
    kind.revisionField === null
      ? 'Messages are never revised: each is an event of its own.'
      : `A document's versions are told apart by ${code(kind.revisionField)}: of several the highest counts, then the latest clock.`,
    kind.transportFields.length === 0
      ? 'Every byte belongs to the message: the same bytes again are a repeat.'
      : `A repeat is told without ${codes(kind.transportFields)}.`,
  ].join('\n\n');
}

function messageText(kind: NativeSourceKind, { type }: MessageType, schema: JsonSchema): string {
  const translated = kind.translate(JSON.parse(exampleOf(kind.kind, type)), settingsOf(kind.kind));
  if (!translated.ok)
    throw new Error(`The example of ${kind.kind} ${type} is not understood: ${translated.reason}`);
  const meant = new Set(translated.facts.map((fact) => fact.type));
  return [
    `### ${type}`,
    meant.size === 0 ? 'It is kept, and no detector reads it yet.' : `It becomes ${codes(meant)}.`,
    fieldTable(schema),
    fence('json', exampleOf(kind.kind, type)),
  ].join('\n\n');
}

function envelopeOf(kind: NativeSourceKind, type: string) {
  return kind.envelope(JSON.parse(exampleOf(kind.kind, type)), settingsOf(kind.kind));
}

function settingsOf(kind: string): SourceSettings {
  return { name: kind, kind, timeZone: 'Europe/London', legalEntity: 'ACME-UK', startsAt: null };
}

/** Throws where a type has none: every message of a page has an example. */
function exampleOf(kind: string, type: string): string {
  const example = own(own(examples, kind) ?? {}, type);
  if (example === undefined) throw new Error(`src/domain/sources/examples.ts has no ${type} of ${kind}.`);
  return example;
}

function variable(kind: string): string {
  return `${kind.toUpperCase()}_WEBHOOK_SECRET`;
}
