/** The kind without messages of its own. */
import { CUSTOM } from '../../domain/sources/custom';
import { GENERATED, fence, page } from './markdown';

const SETTINGS = {
  kind: CUSTOM,
  timeZone: 'Europe/London',
  legalEntity: 'ACME-UK',
  mapping: {
    plays: 'prima',
    type: 'doctype',
    key: 'name',
    time: 'modified',
    types: {
      Customer: {
        stream: 'Customer',
        facts: "{'type': 'customer', 'customer': name, 'name': customer_name, 'paymentTerms': payment_terms}",
      },
    },
  },
};

const MESSAGE = {
  doctype: 'Customer',
  name: 'C00001',
  customer_name: 'Ada Lovelace',
  payment_terms: 'prepaid',
  modified: '2026-11-18 08:00:00',
};

export function customPage(): string {
  const json = "-H 'content-type: application/json'";
  const settings = JSON.stringify(SETTINGS, null, 2).replaceAll("'", String.raw`'\''`);
  return page(
    '# Source kind custom',
    GENERATED,
    'Any JSON, read by JSONata in its own settings: those say what names a message (`type`, `key`), dates it (`time`), revises it (`revision`), and what it means (`types.*.facts`). It signs nothing, so it has no webhook. [The walk-through](../../custom-sources.md) has every field of the mapping, and a whole ERP as its example.',
    '## Connect it',
    'In `tallystick.yaml`, with the mapping in a file of its own:',
    fence(
      'yaml',
      'sources:\n  - name: erp\n    kind: custom\n    timeZone: Europe/London\n    legalEntity: ACME-UK\n    mapping: mapping.json\nkafka:\n  topics: { erp.messages: erp }',
    ),
    'Or, while the service runs (also the demo):',
    fence('sh', `curl -s -X PUT http://127.0.0.1:7420/v1/sources/erp ${json} -d '${settings}'`),
    'Then send what it writes:',
    fence(
      'sh',
      `curl -s http://127.0.0.1:7420/v1/sources/erp/facts ${json} -d '${JSON.stringify(MESSAGE)}'\n# {"recorded":1,"duplicates":0,"position":…}`,
    ),
    'From a file, NDJSON or a JSON array:',
    fence('', 'tallystick ingest erp messages.ndjson'),
    '[All sources](../README.md#sources)',
  );
}
