import { ledgerUrl } from './url';

describe('LEDGER_URL', () => {
  it.each([
    ['esdb://db:2113?tls=false&stream=', /an empty stream=/],
    ['esdb://', /names no server/],
    ['esdb://?tls=false', /names no server/],
    ['esdb://user:%zz@db:2113', /write %25/],
    ['esdb://db:2113?tls=maybe', /write tls=true or tls=false/],
    ['esdb://db:2113?keepAliveInterval=soon', /no number in keepAliveInterval=/],
    ['esdb://db:2113?tlz=false', /the unknown setting "tlz"/],
    ['esdb://db:2113?stream=$all', /a stream of the server itself/],
    ['esdb://a:b@db:2113:1', /names no server/],
  ])('%s is refused in one sentence that names it', (text, problem) => {
    expect(() => ledgerUrl(text)).toThrow(problem);
    expect(() => ledgerUrl(text)).toThrow(/^environment: LEDGER_URL: it [^\n]+$/);
    // There may be a password in it.
    expect(() => ledgerUrl(text.replace('user:', 'user:secret'))).not.toThrow('secret');
  });

  it('gives the client what it understands, and keeps what is ours', () => {
    expect(
      ledgerUrl('kurrentdb+discover://u:p%40ss:w@a:1,b/?tls=true&Stream=mine&throwOnAppendFailure=false'),
    ).toEqual({
      connection: 'esdb+discover://a:1,b?tls=true',
      place: 'a:1,b',
      stream: 'mine',
      credentials: { username: 'u', password: 'p@ss:w' },
    });
    expect(ledgerUrl('esdb://db').stream).toBeNull();
  });
});
