import { traceFrom, traceIdOf, traceparent } from './traceparent';

const ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

describe('traceparent', () => {
  it.each([
    ['00', '', '01', true],
    ['00', '', '00', false],
    ['00', '', 'ff', true],
    ['cc', '-what-will-be', '01', true],
    ['cc', '', '02', false],
  ])('goes on with a trace of version %s%s and flags %s', (version, more, flags, sampled) => {
    const trace = traceFrom(`${version}-${ID}-${PARENT}-${flags}${more}`);
    expect(trace).toMatchObject({ id: ID, sampled });
    expect(trace.span).toMatch(/^[0-9a-f]{16}$/);
    expect(trace.span).not.toBe(PARENT);
    expect(traceparent(trace)).toBe(`00-${ID}-${trace.span}-${sampled ? '01' : '00'}`);
    expect(traceIdOf(traceparent(trace))).toBe(ID);
  });

  it.each([
    undefined,
    '',
    'nonsense',
    `00-${ID}-${PARENT}`,
    `00-${ID.toUpperCase()}-${PARENT}-01`,
    `00-${'0'.repeat(32)}-${PARENT}-01`,
    `00-${ID}-${'0'.repeat(16)}-01`,
    `00-${ID}-${PARENT}-01-more`,
    `ff-${ID}-${PARENT}-01`,
    ` 00-${ID}-${PARENT}-01`,
    [`00-${ID}-${PARENT}-01`, `00-${ID}-${PARENT}-01`],
  ])('begins a trace of its own after %j', (header) => {
    const [one, other] = [traceFrom(header), traceFrom(header)];
    expect(one.id).toMatch(/^[0-9a-f]{32}$/);
    expect(one.id).not.toBe(ID);
    expect(one.id).not.toBe(other.id);
    expect(one.sampled).toBe(false);
  });
});
