import { checkRoutes } from './senders';

const route = { detectors: null, severities: null, sources: null, owners: null, channel: null, mute: true };

describe('checkRoutes', () => {
  it('knows the detectors', () => {
    expect(() => checkRoutes({ routes: [route, { ...route, detectors: ['stock-mismatch'] }] })).not.toThrow();
  });

  it('names the place of one that there is not', () => {
    expect(() => checkRoutes({ routes: [route, { ...route, detectors: ['stock-missmatch'] }] })).toThrow(
      'alerts: routes[1]: detectors: there is no detector stock-missmatch',
    );
  });
});
