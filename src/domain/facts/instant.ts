const RFC3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:\d{2})?$/;

/**
 * RFC 3339 text to epoch milliseconds, or null. A text without a zone is read in `zoneOffsetMinutes` (default UTC), which
 * the caller takes from the source's configuration. Impossible dates are refused, not rolled over.
 */
export function parseInstant(
  text: string,
  zoneOffsetMinutes: (localMs: number) => number = () => 0,
): number | null {
  const m = RFC3339.exec(text);
  if (!m) return null;
  const [year, month, day, hour, minute, second] = [m[1], m[2], m[3], m[4], m[5], m[6]].map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const millis = m[7] ? Number(m[7].slice(0, 3).padEnd(3, '0')) : 0;
  const local = Date.UTC(year, month - 1, day, hour, minute, second, millis);
  if (month > 12 || month < 1 || hour > 23 || minute > 59 || second > 59) return null;
  if (new Date(local).getUTCDate() !== day) return null;
  const zone = m[8];
  if (zone === undefined) return local - zoneOffsetMinutes(local) * 60_000;
  if (zone === 'Z' || zone === 'z') return local;
  const sign = zone.startsWith('-') ? -1 : 1;
  const offset = sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6)));
  return local - offset * 60_000;
}

/** Epoch milliseconds to RFC 3339 UTC with milliseconds. */
export function formatInstant(ms: number): string {
  return new Date(ms).toISOString();
}
