/** `order.received` → `order`; a type that could not be read belongs to the stream `unknown`. */
export function wordBeforeDot(type: string | null): string {
  if (type === null) return 'unknown';
  const dot = type.indexOf('.');
  return dot === -1 ? type : type.slice(0, dot);
}
