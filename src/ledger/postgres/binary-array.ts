/** PostgreSQL's type ids, as its catalogue numbers them. */
export const OID = { bytea: 17, text: 25, timestamptz: 1184 } as const;

const HEADER_BYTES = 20;

/**
 * A one-dimensional array in PostgreSQL's binary format. Elements come with their length in front (-1 alone for NULL). A
 * Buffer parameter goes over the wire as it is: no quoting here, no parsing there.
 */
export function binaryArray(elementType: number, elements: readonly Buffer[]): Buffer {
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  header.writeInt32BE(1, 0);
  header.writeInt32BE(1, 4);
  header.writeInt32BE(elementType, 8);
  header.writeInt32BE(elements.length, 12);
  header.writeInt32BE(1, 16);
  return Buffer.concat([header, ...elements]);
}

/** The same for values without a length in front. */
export function binaryArrayOf(elementType: number, values: readonly Buffer[]): Buffer {
  const elements = values.map((value) => {
    const element = Buffer.allocUnsafe(4 + value.length);
    element.writeInt32BE(value.length, 0);
    value.copy(element, 4);
    return element;
  });
  return binaryArray(elementType, elements);
}
