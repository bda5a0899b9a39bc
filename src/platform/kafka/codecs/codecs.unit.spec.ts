import { gzipSync } from 'node:zlib';
import { CompressionCodecs, CompressionTypes } from 'kafkajs';
import { installCodecs } from './index';
import { fromLz4 } from './lz4';
import { fromSnappy } from './snappy';

/** Written by the libraries that Java's producers use (snappy-java 1.1.10, Kafka's LZ4 frames of 4.3, zstd-jni 1.5.6). */
const text =
  Array.from({ length: 40 }, (_, i) => `{"documentNumber":"SO${100_000 + i * 7}","version":${i}}\n`).join(
    '',
  ) + 'x'.repeat(80);
const javaSnappy =
  'glNOQVBQWQAAAAABAAAAAQAAAdb+DVh7ImRvY3VtZW50TnVtYmVyIjoiU08xMAEBOCIsInZlcnNpb24iOjB9CmYqAAA3LioAADFqKgAEMTQuKgAAMmoqAAQyMS4qAAAzbioAADguKgAANGoqAAQzNS4qAAA1aioABDQyLioAADZuKgAAOS4qAAA3aioABDU2LioAADhqKgAENjMuKgAAOWoqAAA3MqQBADFupQEANzalAW6mAQA4MqYBADFupwEAOTKnAQAxbqgBADkyqAEAMWqpAQQxMDKpAQAxaqoBBDExMqoBADFqqwEEMTEyqwEAMWqsAQQxMjKsAQAxaq0BBDEzMq0BADFqrgEEMTQyrgEAMmquAQQxNDKuAQAyaq4BBDE1Mq4BADJqrgEEMTYyrgEAMmquAQQxNjKuAQAybq4BBDc1Lq8CADJurgEAODKuAQAybq4BADgyrgEAMm6uAQA5Mq4BADJqrgEEMjAyrgEAMmquAQQyMTKuAQAzaq4BBDIxMq4BADNqrgEEMjIyrgEAM2quAQQyMzKuAQAzaq4BBDIzMq4BADNqrgEEMjQyrgEAM2quAQQyNTKuAQAzaq4BBDI1Mq4BADNqrgEEMjYyrgEAM26uAQQ3My5aAhAzOX0KeP4BADoBAA==';
const lz4 =
  'BCJNGGBAgqkBAADwCHsiZG9jdW1lbnROdW1iZXIiOiJTTzEwAQD/ACIsInZlcnNpb24iOjB9CioABxg3KgAfMSoACCgxNCoAHzIqAAgoMjEqAB8zKgAJGDgqAB80KgAIKDM1KgAfNSoACCg0MioAHzYqAAkYOSoAHzcqAAgoNTYqAB84KgAIKDYzKgAfOSoACBk3pAEfMaUBCRo3pQEPpgEJGTimAR8xpwEJGTmnAR8xqAEJGTmoAR8xqQEIKTEwqQEfMaoBCCkxMaoBLzE2KwAJCasBHzGsAQgpMTKsAR8xrQEIKTEzrQEfMa4BCCkxNK4BLzIwKwAJCa4BHzKuAQgqMTVUAw+uAQgpMTauAS8yMysACQmuAR8yrgEJGTeuAR8yrgEJGTiuAR8yrgEJGTiuAR8yrgEJGTmuAR8yrgEIKTIwrgEfMq4BCCkyMa4BLzMwKwAJCa4BHzOuAQgpMjKuAR8zrgEIKjIzAwUfMysACQmuAR8zrgEIKTI0rgEfM64BCCkyNa4BLzM2KwAJCa4BHzOuAQgpMjauAR8zrgEJGTeuAV8zOX0KeAEAN1B4eHh4eAAAAAA=';
const zstd =
  'KLUv/QBY3QUAIkkaG3DFLRycNuylWVbOH0jhAATb3d1bSgqi/+WfCQBG48q6WMUqNrFly5KdnUSkY2Mj45prqplm+j7//9G73Y2NmOtqSzG3mJRqap1Mz4wGHSdREInlLU7goAeEc5zlFRBGoEgewhiUwwkIUKghoLzsNQewg5LqEmAQeCCuIfgb2N5/A4xx9TEcfXlN4trm3ld7/CMVmwv2/jW3q3OtLKx4q71UTcKp+wS1lQNy0QuF3jnKkYsGqKe4Cg==';
type Codec = () => { decompress(input: Buffer): Promise<Buffer> };
const bytes = (base64: string) => Buffer.from(base64, 'base64');
/** Without the sixteen bytes of header and the length of the only block. */
const plainSnappy = bytes(javaSnappy).subarray(20);

describe('compressed batches', () => {
  it('reads Snappy, plain and as Java writes it', () => {
    expect(fromSnappy(bytes(javaSnappy)).toString()).toBe(text);
    expect(fromSnappy(plainSnappy).toString()).toBe(text);
    const twice = Buffer.concat([bytes(javaSnappy), bytes(javaSnappy).subarray(16)]);
    expect(fromSnappy(twice).toString()).toBe(text + text);
  });

  it('reads LZ4 frames', () => {
    expect(fromLz4(bytes(lz4)).toString()).toBe(text);
  });

  it('reads a stored block of LZ4, and skips what a frame may carry', () => {
    const head = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x78, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    const block = Buffer.from([3, 0, 0, 0x80, 0x61, 0x62, 0x63, 1, 2, 3, 4]);
    expect(fromLz4(Buffer.concat([head, block, Buffer.alloc(4)])).toString()).toBe('abc');
  });

  it.each([
    ['Snappy', fromSnappy, plainSnappy],
    ['Snappy as Java writes it', fromSnappy, bytes(javaSnappy)],
    ['LZ4', fromLz4, bytes(lz4)],
  ] as const)('%s that is cut off anywhere is refused or short, and never more', (_, decode, whole) => {
    for (let end = 0; end < whole.length; end++) {
      let read = '';
      try {
        read = decode(whole.subarray(0, end)).toString();
      } catch (error) {
        // Node's own is of another realm here.
        expect((error as Error).name).toBe('RangeError');
      }
      expect(text.startsWith(read)).toBe(true);
    }
  });

  it('refuses what refers to before its beginning, and a dictionary', () => {
    expect(() => fromSnappy(Buffer.from([4, 0b10, 1, 0]))).toThrow('refers to what is not there');
    expect(() => fromLz4(Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x61, 0x40, 0]))).toThrow('dictionary');
    expect(() => fromLz4(Buffer.alloc(20))).toThrow('no frame of LZ4');
  });

  it('refuses what a few bytes unfold to, before it has unfolded', async () => {
    installCodecs();
    const gzip = (CompressionCodecs[CompressionTypes.GZIP] as Codec)();
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024));
    await expect(gzip.decompress(bomb)).rejects.toThrow('holds more than the 20');
    const small = gzipSync(Buffer.alloc(4 * 1024 * 1024));
    expect((await gzip.decompress(small)).length).toBe(4 * 1024 * 1024);
    // One literal, and then copies of 64 bytes of what was written, three bytes each.
    const copies = Buffer.alloc(3 * 1024 * 1024, Buffer.from([0xfe, 1, 0]));
    expect(() => fromSnappy(Buffer.concat([Buffer.from([0, 0, 97]), copies]))).toThrow(
      'holds more than the 67108864',
    );
  });

  it('gives the client all four, Zstandard where Node has it', async () => {
    installCodecs();
    type Known = Exclude<CompressionTypes, CompressionTypes.None>;
    const codecs = CompressionCodecs as Record<Known, Codec>;
    const read = (type: Known, input: string) => codecs[type]().decompress(bytes(input));
    expect(String(await read(CompressionTypes.Snappy, javaSnappy))).toBe(text);
    expect(String(await read(CompressionTypes.LZ4, lz4))).toBe(text);
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
    const has = major > 22 || (major === 22 && minor >= 15);
    const answer = await read(CompressionTypes.ZSTD, zstd).then(String, (error: unknown) => String(error));
    expect(answer).toMatch(has ? /^\{"documentNumber"/ : /needs Node 22.15/);
  });
});
