/** Fields of the wire format that are no text: PostgreSQL's binary int64, and its clock, microseconds since 2000. */
const POSTGRES_EPOCH_MS = 946_684_800_000;
const TWO_32 = 2 ** 32;

/** An int64 field of the wire format: length 8, then the value. Exact for every safe integer. */
export function writeInt64(into: Buffer, value: number, at: number): number {
  into.writeInt32BE(8, at);
  into.writeInt32BE(Math.floor(value / TWO_32), at + 4);
  into.writeUInt32BE(value - Math.floor(value / TWO_32) * TWO_32, at + 8);
  return at + 12;
}

/** Epoch milliseconds as PostgreSQL's microseconds since 2000. Years outside 1715–2285 leave the safe integers. */
export function writeInstant(into: Buffer, epochMs: number, at: number): number {
  const micros = (epochMs - POSTGRES_EPOCH_MS) * 1000;
  if (Number.isSafeInteger(micros)) return writeInt64(into, micros, at);
  into.writeInt32BE(8, at);
  into.writeBigInt64BE(BigInt(epochMs - POSTGRES_EPOCH_MS) * 1000n, at + 4);
  return at + 12;
}

/** Reads the eight bytes of an instant, to epoch milliseconds. */
export function readInstant(from: Buffer, at: number): number {
  const high = from.readInt32BE(at);
  if (high >= -0x200000 && high < 0x200000) {
    return (high * TWO_32 + from.readUInt32BE(at + 4)) / 1000 + POSTGRES_EPOCH_MS;
  }
  return Number(from.readBigInt64BE(at) / 1000n) + POSTGRES_EPOCH_MS;
}
