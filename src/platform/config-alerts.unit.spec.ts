import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ConfigError, loadConfig } from './config';

const bot = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_CHANNEL: 'C0123456789' };

describe('alerts: in the configuration', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'tallystick-config-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function load(alerts: string, env: Record<string, string> = bot) {
    writeFileSync(path.join(folder, 'tallystick.yaml'), `alerts: ${alerts}`);
    return loadConfig(env, folder);
  }
  function problems(alerts: string, env?: Record<string, string>): string[] {
    try {
      load(alerts, env);
    } catch (error) {
      if (error instanceof ConfigError) return error.problems;
      throw error;
    }
    return [];
  }

  it('has a digest at eight and nothing else, where nothing is said', () => {
    expect(load('{}').alerts).toEqual({
      routes: [],
      quietHours: null,
      digest: { at: 480, timeZone: 'UTC' },
      surge: { drifts: 100, minutes: 10 },
      webhook: null,
    });
    expect(load('{ digest: null }').alerts.digest).toBeNull();
  });

  it('reads routes, hours and a webhook', () => {
    const secret = `whsec_${Buffer.alloc(24).toString('base64')}`;
    const { alerts } = load(
      `{ routes: [{ owners: [finance], channel: C0000000002 }, { severities: [low], mute: true }],
         quietHours: { from: "22:00", to: "06:30", timeZone: Europe/London },
         webhook: { url: "https://example.com/in", secret: { env: HOOK } } }`,
      { ...bot, HOOK: secret },
    );
    expect(alerts.routes).toMatchObject([
      { owners: ['finance'], detectors: null, channel: 'C0000000002', mute: false },
      { severities: ['low'], channel: null, mute: true },
    ]);
    expect(alerts.quietHours).toEqual({
      from: 1320,
      to: 390,
      timeZone: 'Europe/London',
      except: ['critical'],
    });
    expect([alerts.webhook?.url.reveal(), alerts.webhook?.secret.reveal()]).toEqual([
      'https://example.com/in',
      secret,
    ]);
  });

  it.each([
    ['{ routes: [{ owners: [a] }] }', 'alerts.routes[0]: must say where to: a channel, or mute: true'],
    ['{ routes: [{ owners: [a], channel: "#ops" }] }', 'must be the id of a channel'],
    ['{ routes: [{ severities: [bad], mute: true }] }', 'must be critical, high, medium or low'],
    ['{ quietHours: { from: "06:00", to: "06:00", timeZone: UTC } }', 'must not begin when they end'],
    ['{ quietHours: { from: "22:00", to: "06:00", timeZone: Mars } }', 'is no IANA time zone'],
    ['{ digest: { at: "25:00" } }', 'must be a time of day'],
    ['{ webhook: { url: "ftp://a", secret: whsec_AAAA } }', 'must be a URL such as'],
    ['{ webhook: { url: "https://a", secret: whsec_AAAA } }', 'must be whsec_ and 24 to 64 bytes in base64'],
    ['{ surges: {} }', 'unknown field surges'],
  ])('refuses %s', (alerts, problem) => {
    expect(problems(alerts).join('\n')).toContain(problem);
  });

  it('refuses what Slack is not told', () => {
    const webhook = { SLACK_WEBHOOK_URL: 'https://hooks.slack.com/services/x' };
    expect(problems('{}', { ...bot, ...webhook })).toEqual([
      'environment: SLACK_BOT_TOKEN and SLACK_WEBHOOK_URL: either is enough; set one of them',
    ]);
    expect(problems('{}', { SLACK_BOT_TOKEN: 'xoxb-1' }).join()).toContain('SLACK_CHANNEL: is needed');
    expect(problems('{}', { ...bot, SLACK_CHANNEL: '#ops' }).join()).toContain('must be the id of a channel');
    expect(problems('{ routes: [{ owners: [a], channel: C0000000002 }] }', webhook).join()).toContain(
      'routes to others need SLACK_BOT_TOKEN',
    );
  });
});
