import { quietMs } from './quiet';

const night = { from: 22 * 60, to: 6 * 60 + 30, timeZone: 'Europe/London', except: [] };
const HOUR = 3_600_000;

describe('quietMs', () => {
  it.each([
    // London is an hour ahead of UTC in summer.
    ['before it begins', '2026-07-01T20:59:59Z', 0],
    ['when it begins', '2026-07-01T21:00:00Z', 8.5 * HOUR],
    ['after midnight', '2026-07-02T05:29:30Z', 30_000],
    ['when it ends', '2026-07-02T05:30:00Z', 0],
    ['in winter', '2026-12-01T22:00:00Z', 8.5 * HOUR],
    ['in winter an hour before', '2026-12-01T21:30:00Z', 0],
  ])('%s', (_, at, expected) => {
    expect(quietMs(night, new Date(at))).toBe(expected);
  });

  it('knows hours of one day, too', () => {
    const noon = { ...night, from: 12 * 60, to: 13 * 60, timeZone: 'UTC' };
    expect(
      ['11:59', '12:00', '12:59', '13:00'].map((time) => quietMs(noon, new Date(`2026-07-01T${time}:00Z`))),
    ).toEqual([0, HOUR, 60_000, 0]);
  });
});
