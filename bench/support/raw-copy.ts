/** The ceiling of bulk ingest: the same rows, ready made, into a table with the same columns and indexes. */
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { statement, withClient } from './server';

export type CopyFormat = 'text' | 'binary';

const CHUNK_BYTES = 1024 * 1024;

/** A copy of the ledger's table, without its triggers. */
export const TWIN = 'twin.facts';

export async function createTwin(url: string): Promise<void> {
  await statement(
    url,
    `CREATE SCHEMA IF NOT EXISTS twin; DROP TABLE IF EXISTS ${TWIN}; CREATE TABLE ${TWIN} (LIKE ledger.facts INCLUDING ALL)`,
  );
}

/** The ledger's first `limit` rows, in a file. */
export function dumpFacts(url: string, format: CopyFormat, limit: number, file: string): Promise<void> {
  const sql = `COPY (SELECT * FROM ledger.facts ORDER BY position LIMIT ${limit}) TO STDOUT (FORMAT ${format})`;
  return withClient(url, (client) => pipeline(client.query(copyTo(sql)), createWriteStream(file)));
}

/** Until it is committed. */
export function copyFile(url: string, format: CopyFormat, file: string): Promise<void> {
  const sql = `COPY ${TWIN} FROM STDIN (FORMAT ${format})`;
  return withClient(url, (client) =>
    pipeline(createReadStream(file, { highWaterMark: CHUNK_BYTES }), client.query(copyFrom(sql))),
  );
}
