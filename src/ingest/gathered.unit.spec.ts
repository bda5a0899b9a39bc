import { gathered } from './gathered';

async function* of(chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* chunks;
}

it('holds a body that comes a byte at a time in few chunks, and changes none of its bytes', async () => {
  const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, i) => i % 251));
  const chunks: Buffer[] = [];
  for await (const chunk of gathered(of(Array.from(bytes, (byte) => Buffer.from([byte])))))
    chunks.push(chunk);
  expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
  expect(chunks.length).toBeLessThan(bytes.length / 200);
});

it('hands on long chunks as they are', async () => {
  const long = Buffer.alloc(64 * 1024);
  const short = Buffer.from('short');
  const chunks: Buffer[] = [];
  for await (const chunk of gathered(of([long, short, long, short]))) chunks.push(chunk);
  expect(chunks[0]).toBe(long);
  expect(chunks.map(({ length }) => length)).toEqual([64 * 1024, 64 * 1024 + 5, 5]);
});
