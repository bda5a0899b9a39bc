/** `LEDGER_URL`: an EventStoreDB or KurrentDB connection string, whose `stream` says which stream is the ledger. */
export interface LedgerUrl {
  /** As the client reads it. */
  connection: string;
  stream: string;
  /** Never empty: see ADR 13. Without TLS they are not sent. */
  credentials: { username: string; password: string };
}

const STREAM = 'tallystick-ledger';

/** The text has been looked at by the configuration: it is a URL of one of these schemes. */
export function ledgerUrl(text: string): LedgerUrl {
  const [, scheme = '', account, rest = ''] =
    /^(?:esdb|kurrentdb)(\+discover)?:\/\/(?:([^@/]*)@)?(.*)$/i.exec(text) ?? [];
  const [place = '', search = ''] = rest.split('?', 2);
  const settings = new URLSearchParams(search);
  const stream = settings.get('stream') ?? STREAM;
  settings.delete('stream');
  const [username = '', password = ''] = (account ?? ':').split(':', 2).map(decodeURIComponent);
  const query = settings.size > 0 ? `?${settings.toString()}` : '';
  return {
    connection: `esdb${scheme}://${place}${query}`,
    stream,
    credentials: { username, password },
  };
}
