import { parseInstant } from '../facts/instant';
import { zoneOffset } from './zone';

const read = (zone: string, local: string) =>
  new Date(parseInstant(local, zoneOffset(zone)) ?? NaN).toISOString();

describe('zoneOffset', () => {
  it.each([
    ['UTC', '2021-11-09 07:30:27', '2021-11-09T07:30:27.000Z'],
    ['Europe/Berlin', '2021-11-09 07:30:27', '2021-11-09T06:30:27.000Z'],
    ['Europe/Berlin', '2021-07-09 07:30:27', '2021-07-09T05:30:27.000Z'],
    ['America/New_York', '2021-07-09 23:30:27', '2021-07-10T03:30:27.000Z'],
    ['Asia/Kolkata', '2021-07-09 03:00:00', '2021-07-08T21:30:00.000Z'],
    // Clocks go forward at 02:00 on 28 March: the skipped hour is read with the offset before it.
    ['Europe/Berlin', '2021-03-28 01:59:59', '2021-03-28T00:59:59.000Z'],
    ['Europe/Berlin', '2021-03-28 02:30:00', '2021-03-28T01:30:00.000Z'],
    ['Europe/Berlin', '2021-03-28 03:00:00', '2021-03-28T01:00:00.000Z'],
    // Clocks go back at 03:00 on 31 October: of the repeated hour the earlier one.
    ['Europe/Berlin', '2021-10-31 01:59:59', '2021-10-30T23:59:59.000Z'],
    ['Europe/Berlin', '2021-10-31 02:30:00', '2021-10-31T00:30:00.000Z'],
    ['Europe/Berlin', '2021-10-31 03:00:00', '2021-10-31T02:00:00.000Z'],
  ])('%s: %s is %s', (zone, local, utc) => {
    expect(read(zone, local)).toBe(utc);
  });

  it('refuses a zone that does not exist', () => {
    expect(() => zoneOffset('Europe/Atlantis')).toThrow(RangeError);
  });
});
