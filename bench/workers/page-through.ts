/** The ceiling of a rebuild, in a process of its own as the rebuild is: every payload read by keyset pages, and parsed. */
import { Client } from 'pg';

const PAGE = 5_000;

async function main(): Promise<void> {
  const client = new Client({ connectionString: process.env['DATABASE_URL'] });
  await client.connect();
  const started = performance.now();
  let facts = 0;
  let after = '0';
  for (;;) {
    const { rows } = await client.query<{ position: string; payload: string }>(
      'SELECT position, payload FROM ledger.facts WHERE position > $1 ORDER BY position LIMIT $2',
      [after, PAGE],
    );
    for (const row of rows) JSON.parse(row.payload);
    facts += rows.length;
    if (rows.length < PAGE) break;
    after = rows.at(-1)?.position ?? after;
  }
  const seconds = (performance.now() - started) / 1000;
  process.stdout.write(`${JSON.stringify({ facts, seconds })}\n`);
  await client.end();
}

void main();
