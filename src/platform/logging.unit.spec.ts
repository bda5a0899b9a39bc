import { createLogger } from './logging';

function logged(fields: object, level?: string): Record<string, unknown>[] {
  const lines: string[] = [];
  createLogger(level, { write: (line) => void lines.push(line) }).info(fields, 'said');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('createLogger', () => {
  it('writes one JSON object a line, with its time and its level in words', () => {
    expect(logged({ port: 7420 })).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
        port: 7420,
        msg: 'said',
      },
    ]);
  });

  it('is quiet below its level', () => {
    expect(logged({}, 'warn')).toEqual([]);
  });

  it.each([
    { authorization: 'Bearer hunter2' },
    { headers: { authorization: 'Bearer hunter2' } },
    {
      req: {
        headers: { authorization: 'Bearer hunter2', cookie: 'hunter2', 'x-scend-signature': 'hunter2' },
      },
    },
    { headers: { 'webhook-signature': 'hunter2' } },
    { source: { secrets: { webhook: 'hunter2' } } },
    { slack: { token: 'hunter2', webhookUrl: 'hunter2' } },
    { database: { password: 'hunter2' } },
  ])('hides secrets: %j', (fields) => {
    const [line] = logged(fields);
    expect(JSON.stringify(line)).toContain('[secret]');
    expect(JSON.stringify(line)).not.toContain('hunter2');
  });

  it('lets nothing act on the terminal it is read on', () => {
    const lines: string[] = [];
    createLogger('info', { write: (line) => void lines.push(line) }).info(
      { a: '\u009b31m\u202e\u007f' },
      'x\u001b',
    );
    expect(lines.join('')).toMatch(/^[\x20-\x7e]+\n$/);
    expect(JSON.parse(lines.join(''))).toMatchObject({ a: '\u009b31m\u202e\u007f', msg: 'x\u001b' });
  });

  it('hides the account of an address that an error quotes', () => {
    const err = new Error('cannot reach postgres://tally:hunter2@db/tally', {
      cause: new Error('no esdb://admin:hunter2@db1,db2'),
    });
    expect(JSON.stringify(logged({ err }))).not.toContain('hunter2');
  });
});
