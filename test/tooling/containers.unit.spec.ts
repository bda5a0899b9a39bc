/** The container files cannot be run here: what can be known of them without is held. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { type Config, loadConfig } from '../../src/platform/config';

const root = path.resolve(__dirname, '../..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');

interface Service {
  image: string;
  build?: string;
  environment?: Record<string, string>;
  volumes?: string[];
  secrets?: string[];
  ports?: string[];
  depends_on?: Record<string, { condition: string }>;
  read_only?: boolean;
  cap_drop?: string[];
  tmpfs?: string[];
  security_opt?: string[];
  healthcheck?: { test: string[] };
}

interface Compose {
  services: Record<string, Service>;
  volumes: Record<string, null>;
  secrets: Record<string, { environment: string }>;
}

const compose = parse(read('docker-compose.yml'), { merge: true }) as Compose;
const written = Object.fromEntries(
  read('deploy/example.env')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string]),
);
const digest = (token: string) => createHash('sha256').update(token).digest('hex');
/** The example as somebody fills it in. */
const exampleEnv: Record<string, string> = {
  ...written,
  POSTGRES_PASSWORD: '0f2c-of-the-database',
  ADMIN_KEY_SHA256: digest('0f2c-of-admins'),
  INGEST_KEY_SHA256: digest('0f2c-of-systems'),
  METRICS_KEY: '0f2c-of-prometheus',
  METRICS_KEY_SHA256: digest('0f2c-of-prometheus'),
  SCEND_WEBHOOK_SECRET: '0f2c-of-scend',
};
const ours = Object.entries(compose.services).filter(([, { build }]) => build !== undefined);

/** `${NAME}`, `${NAME:-default}` and `${NAME:?why it is needed}`, as Compose reads them. */
function filled(text: string, env: Record<string, string | undefined>): string {
  return text.replace(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, name: string, kind: string, rest: string) => {
    const value = env[name];
    if (value) return value;
    if (kind === '?') throw new Error(`${name}: ${rest}`);
    return kind === '-' ? rest : '';
  });
}

function mounts({ volumes = [] }: Service): { from: string; to: string; mode: string | undefined }[] {
  return volumes.map((each) => {
    const [from = '', to = '', mode] = each.split(':');
    return { from, to, mode };
  });
}

/** What the service of a container would read, with the mounted file in its place. */
function configOf(service: Service, env: Record<string, string>): Config {
  const environment = Object.fromEntries(
    Object.entries(service.environment ?? {}).map(([name, value]) => [name, filled(value, env)]),
  );
  const file = mounts(service).find(({ to }) => to === environment.TALLYSTICK_CONFIG);
  if (!file) throw new Error('the configuration file is not mounted');
  return loadConfig({ ...environment, TALLYSTICK_CONFIG: path.join(root, file.from) }, root);
}

describe('docker-compose.yml', () => {
  it('has every role, and every image by its version', () => {
    expect(ours.map(([name]) => name)).toEqual(['api', 'ingest', 'projector']);
    expect(Object.keys(compose.services)).toEqual(
      expect.arrayContaining(['postgres', 'kafka', 'kurrentdb', 'prometheus']),
    );
    for (const { image } of Object.values(compose.services))
      expect(image).toMatch(/^[\w./-]+:v?\d+\.\d+(\.\d+)?$/);
    const { version } = JSON.parse(read('package.json')) as { version: string };
    for (const [, { image }] of ours) expect(image).toBe(`tallystick:${version}`);
    const brokers = /<kafka.version>(.+)</.exec(read('scripts/kafka/pom.xml'))?.[1];
    expect(compose.services.kafka?.image).toBe(`apache/kafka:${brokers}`);
  });

  it.each(ours)('gives %s an environment that it accepts', (name, service) => {
    const config = configOf(service, exampleEnv);
    expect(config.roles).toContain(name);
    expect(config).toMatchObject({ host: '0.0.0.0', port: 7420, kafkaBrokers: ['kafka:9092'] });
    expect(config.databaseUrl?.reveal()).toContain('@postgres:5432/');
    expect(config.keys.map(({ role }) => role).sort()).toEqual(['admin', 'ingest', 'reader']);
  });

  it('runs every role of the service, and none of them twice', () => {
    const roles = ours.flatMap(([, service]) => configOf(service, exampleEnv).roles);
    expect([...roles].sort()).toEqual(['api', 'ingest', 'projector', 'reactions']);
  });

  it('starts nothing without the secrets that it needs, and nothing beyond loopback without keys', () => {
    // As it is written, the example has no secret at all.
    const empty = Object.keys(exampleEnv).filter((name) => written[name] !== exampleEnv[name]);
    expect(empty).toHaveLength(6);
    for (const name of empty) expect([name, written[name]]).toEqual([name, '']);
    const needed = ['POSTGRES_PASSWORD', 'ADMIN_KEY_SHA256', 'INGEST_KEY_SHA256', 'METRICS_KEY_SHA256'];
    for (const name of [...needed, 'SCEND_WEBHOOK_SECRET'])
      expect(() => configOf(compose.services.api as Service, { ...exampleEnv, [name]: '' })).toThrow(name);
    for (const name of ['POSTGRES_PASSWORD', 'SCEND_WEBHOOK_SECRET'])
      for (const value of ['change-me', 'CHANGEME', 'xxx'])
        expect(() => configOf(compose.services.api as Service, { ...exampleEnv, [name]: value })).toThrow(
          'is a placeholder',
        );
    for (const token of ['', 'change-me', 'admin-token', 'ingest-token', 'metrics-token'])
      expect(() =>
        configOf(compose.services.api as Service, { ...exampleEnv, ADMIN_KEY_SHA256: digest(token) }),
      ).toThrow('digest of a placeholder');
    const folder = mkdtempSync(path.join(tmpdir(), 'tallystick-containers-'));
    try {
      expect(() => loadConfig({ HOST: '0.0.0.0' }, folder)).toThrow('no keys are configured');
    } finally {
      rmSync(folder, { recursive: true });
    }
    for (const { ports = [] } of Object.values(compose.services))
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it.each(ours)('%s can write to its data alone, and may do nothing else', (name, service) => {
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], tmpfs: ['/tmp'] });
    expect(service.security_opt).toEqual(['no-new-privileges:true']);
    const writable = mounts(service).filter(({ mode }) => mode !== 'ro');
    expect(writable).toEqual([{ from: name, to: '/var/lib/tallystick', mode: undefined }]);
    expect(read('Dockerfile')).toContain('ENV TALLYSTICK_DATA_DIR=/var/lib/tallystick\n');
  });

  it('mounts what is there, and waits for what says when it is ready', () => {
    for (const service of Object.values(compose.services)) {
      for (const { from } of mounts(service)) {
        if (from.startsWith('.')) expect([from, existsSync(path.join(root, from))]).toEqual([from, true]);
        else expect(compose.volumes).toHaveProperty([from]);
      }
      for (const [name, { condition }] of Object.entries(service.depends_on ?? {})) {
        expect(condition).toBe('service_healthy');
        expect(compose.services[name]?.healthcheck).toBeDefined();
      }
    }
  });

  it('lets Prometheus scrape every role with the key that the service knows', () => {
    const { prometheus } = compose.services;
    const scraping = parse(read('deploy/prometheus.yml')) as {
      rule_files: string[];
      scrape_configs: {
        dns_sd_configs: { names: string[]; port: number }[];
        authorization: { credentials_file: string };
      }[];
    };
    const [job] = scraping.scrape_configs;
    expect(job?.dns_sd_configs[0]?.names).toEqual(ours.map(([name]) => name));
    expect(job?.dns_sd_configs[0]?.port).toBe(7420);
    const [secret] = prometheus?.secrets ?? [];
    expect(job?.authorization.credentials_file).toBe(`/run/secrets/${secret}`);
    const token = exampleEnv[compose.secrets[secret ?? '']?.environment ?? ''] ?? '';
    const reader = configOf(compose.services.api as Service, exampleEnv).keys.find(
      ({ role }) => role === 'reader',
    );
    expect(reader?.sha256).toBe(createHash('sha256').update(token).digest('hex'));
    for (const file of scraping.rule_files)
      expect(prometheus?.volumes).toContain(`./deploy/${file}:/etc/prometheus/${file}:ro`);
  });
});

describe('the Dockerfile', () => {
  const lines = read('Dockerfile').replaceAll('\\\n', '').split('\n');
  const stages = lines
    .join('\n')
    .split(/^FROM /m)
    .slice(1);
  const said = (stage: string | undefined, word: string) =>
    [...(stage ?? '').matchAll(new RegExp(`^ *${word} (.+)$`, 'gm'))].map((match) => match[1]);
  const [build, run] = stages;
  const { scripts, engines } = JSON.parse(read('package.json')) as {
    scripts: Record<string, string>;
    engines: { node: string };
  };

  it('does what the README says: `npm ci`, and what `npm start` does', () => {
    expect(read('README.md')).toContain('npm ci && npm run demo');
    expect(read('README.md')).toContain('Serve: `npm start`');
    expect(said(build, 'RUN')).toEqual(['npm ci', 'npm run build', 'npm prune --omit=dev']);
    expect(scripts.prestart).toBe(scripts.build);
    const command = JSON.parse(said(run, 'CMD').at(-1) ?? '[]') as string[];
    expect(`exec ${command.join(' ')}`).toBe(scripts.start);
  });

  it('runs as nobody in particular, on a version of Node that is supported and the same in both stages', () => {
    expect(said(run, 'USER')).toEqual(['node']);
    const images = stages.map((stage) => stage.split('\n', 1)[0]?.replace(/ AS .*/, ''));
    expect(new Set(images).size).toBe(1);
    const [, major] = /^node:(\d+)\.\d+\.\d+-/.exec(images[0] ?? '') ?? [];
    expect(engines.node).toBe('>=20.19');
    expect(['22', '24']).toContain(major);
  });

  it.each([
    [200, 0],
    [503, 1],
    [null, 1],
  ])('where readiness is answered with %s its health check ends with %s', async (status, code) => {
    const [, written] = /CMD (\[.+\])$/.exec(said(run, 'HEALTHCHECK').join('')) ?? [];
    const [program, ...args] = JSON.parse(written ?? '[]') as string[];
    expect(program).toBe('node');
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url);
      if (status === null) request.socket.destroy();
      else response.writeHead(status).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const child = spawn(process.execPath, args, { env: { PORT: String(port) }, stdio: 'ignore' });
    const ended = await new Promise((resolve) => child.once('close', resolve));
    await new Promise((resolve) => server.close(resolve));
    expect(asked).toEqual(['/health/ready']);
    expect(ended).toBe(code);
  });

  it('takes nothing along that was made on the machine that builds it', () => {
    const ignored = read('.dockerignore').split('\n');
    for (const name of ['node_modules', 'dist', '.git', '.env', '.tallystick', 'tallystick.yaml'])
      expect(ignored).toContain(name);
  });
});
