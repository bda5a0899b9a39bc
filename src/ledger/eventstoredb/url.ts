/** `LEDGER_URL`: an EventStoreDB or KurrentDB connection string, whose `stream` says which stream is the ledger. */
import { ConfigError } from '../../platform/config-error';

export interface LedgerUrl {
  /** As the client reads it. */
  connection: string;
  /** Without the account, to be shown. */
  place: string;
  /** Null: the installation has one of its own. */
  stream: string | null;
  /** Never empty: see ADR 13. Without TLS they are not sent. */
  credentials: { username: string; password: string };
}

/** For an installation whose `LEDGER_URL` names none. */
export const streamOf = (installation: string) => `tallystick-ledger-${installation}`;

const BOOLEANS = ['tls', 'tlsverifycert'];
const NUMBERS = [
  'maxdiscoverattempts',
  'discoveryinterval',
  'gossiptimeout',
  'keepaliveinterval',
  'keepalivetimeout',
];
const TEXTS = ['stream', 'tlscafile', 'usercertfile', 'userkeyfile', 'connectionname', 'nodepreference'];
/** Every call has its own; and what was refused must be told as refused. */
const OURS = ['defaultdeadline', 'throwonappendfailure'];

/** Throws ConfigError naming what is wrong; never the text, which may have a password in it. */
export function ledgerUrl(text: string): LedgerUrl {
  const [, scheme = '', account, rest = ''] =
    /^(?:esdb|kurrentdb)(\+discover)?:\/\/(?:([^@/]*)@)?(.*)$/i.exec(text.trim()) ?? [];
  const [place = '', search = ''] = rest.split('?', 2);
  const hosts = place.replace(/\/+$/, '');
  if (!hosts.split(',').every((host) => /^[^\s:/]+(:\d{1,5})?$/.test(host)))
    throw wrong('names no server: write host:port after esdb://, several divided by commas');
  const settings = new URLSearchParams(search);
  for (const [name, value] of settings) checkSetting(name, value);
  const stream = [...settings].find(([name]) => name.toLowerCase() === 'stream')?.[1] ?? null;
  for (const name of ['stream', ...OURS])
    for (const given of [...settings.keys()]) if (given.toLowerCase() === name) settings.delete(given);
  const [username = '', ...password] = (account ?? '').split(':');
  const query = settings.size > 0 ? `?${settings.toString().replaceAll('+', '%20')}` : '';
  return {
    connection: `esdb${scheme.toLowerCase()}://${hosts}${query}`,
    place: hosts,
    stream,
    credentials: { username: decoded(username), password: decoded(password.join(':')) },
  };
}

function checkSetting(name: string, value: string): void {
  const key = name.toLowerCase();
  const known = [...BOOLEANS, ...NUMBERS, ...TEXTS, ...OURS];
  if (!known.includes(key))
    throw wrong(`has the unknown setting ${JSON.stringify(name)}: take it out, or correct its name`);
  if (value.trim() === '') throw wrong(`has an empty ${name}=: give it a value, or take it out`);
  if (BOOLEANS.includes(key) && !['true', 'false'].includes(value))
    throw wrong(`has another ${name}= than true or false: write ${name}=true or ${name}=false`);
  if (NUMBERS.includes(key) && !/^-?\d+$/.test(value)) throw wrong(`has no number in ${name}=: write one`);
  if (key === 'stream' && value.startsWith('$'))
    throw wrong('names a stream of the server itself: choose a name that does not begin with $');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw wrong('has a % in its account that begins no code: write %25 for the character itself');
  }
}

function wrong(what: string): ConfigError {
  return new ConfigError([`environment: LEDGER_URL: it ${what}`]);
}
