/** How producers compress. kafkajs itself knows gzip alone, and takes whatever comes of it. */
import zlib from 'node:zlib';
import { CompressionCodecs, CompressionTypes } from 'kafkajs';
import { errorCode } from '../../database/errors';
import { mostBytes, tooLong } from './limit';
import { fromLz4 } from './lz4';
import { fromSnappy } from './snappy';

/** We publish uncompressed. */
const decodeOnly = (name: string, decode: (input: Buffer) => Buffer) => () => ({
  compress: () => Promise.reject(new Error(`${name} is read and not written here`)),
  decompress: (input: Buffer) => new Promise<Buffer>((resolve) => resolve(decode(input))),
});

export function installCodecs(): void {
  const gzip = (CompressionCodecs[CompressionTypes.GZIP] as () => object)();
  CompressionCodecs[CompressionTypes.GZIP] = () => ({
    ...gzip,
    decompress: decodeOnly('gzip', fromGzip)().decompress,
  });
  CompressionCodecs[CompressionTypes.Snappy] = decodeOnly('Snappy', fromSnappy);
  CompressionCodecs[CompressionTypes.LZ4] = decodeOnly('LZ4', fromLz4);
  CompressionCodecs[CompressionTypes.ZSTD] = decodeOnly('Zstandard', fromZstandard);
}

type Decode = (input: Buffer, options: { maxOutputLength: number }) => Buffer;

function fromGzip(input: Buffer): Buffer {
  return bounded(zlib.unzipSync, input);
}

/** Node has it from 22.15 on; the types are those of the oldest that we run on. */
function fromZstandard(input: Buffer): Buffer {
  const { zstdDecompressSync: decode } = zlib as { zstdDecompressSync?: Decode };
  if (!decode) throw new Error('Zstandard needs Node 22.15 or later; this is ' + process.version);
  return bounded(decode, input);
}

function bounded(decode: Decode, input: Buffer): Buffer {
  const maxOutputLength = mostBytes(input.length);
  try {
    return decode(input, { maxOutputLength });
  } catch (error) {
    throw errorCode(error) === 'ERR_BUFFER_TOO_LARGE' ? tooLong(maxOutputLength) : error;
  }
}
