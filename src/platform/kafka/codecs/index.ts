/** How producers compress, beyond gzip, which kafkajs knows: without these a compressed batch would stop its partition. */
import zlib from 'node:zlib';
import { CompressionCodecs, CompressionTypes } from 'kafkajs';
import { fromLz4 } from './lz4';
import { fromSnappy } from './snappy';

/** We publish uncompressed. */
const decodeOnly = (name: string, decode: (input: Buffer) => Buffer) => () => ({
  compress: () => Promise.reject(new Error(`${name} is read and not written here`)),
  decompress: (input: Buffer) => new Promise<Buffer>((resolve) => resolve(decode(input))),
});

export function installCodecs(): void {
  CompressionCodecs[CompressionTypes.Snappy] = decodeOnly('Snappy', fromSnappy);
  CompressionCodecs[CompressionTypes.LZ4] = decodeOnly('LZ4', fromLz4);
  CompressionCodecs[CompressionTypes.ZSTD] = decodeOnly('Zstandard', fromZstandard);
}

/** Node has it from 22.15 on; the types are those of the oldest that we run on. */
function fromZstandard(input: Buffer): Buffer {
  const { zstdDecompressSync: decode } = zlib as { zstdDecompressSync?: (input: Buffer) => Buffer };
  if (!decode) throw new Error('Zstandard needs Node 22.15 or later; this is ' + process.version);
  return decode(input);
}
