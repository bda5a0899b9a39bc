/** So many are kept before they are joined: each is an object of some 100 bytes, however short it is. */
const MOST_CHUNKS = 256;
const ENOUGH_BYTES = 16 * 1024;

/**
 * The same bytes in chunks that are worth keeping. Whoever sends a body a byte at a time would else have each byte held as an
 * object of its own, which takes a hundred times of what is counted.
 */
export async function* gathered(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let pending: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    if (bytes === 0 && chunk.length >= ENOUGH_BYTES) {
      yield chunk;
      continue;
    }
    pending.push(chunk);
    bytes += chunk.length;
    if (bytes < ENOUGH_BYTES && pending.length < MOST_CHUNKS) continue;
    yield Buffer.concat(pending);
    pending = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(pending);
}
