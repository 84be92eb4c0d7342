import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { HostPage } from '@orrery/shared/contracts';
import { CommandLoad } from '../support/compose/command-load.js';
import { ComposeSystem, freePort, hasCompose } from '../support/compose/compose-system.js';
import { ResumedStream } from '../support/compose/resumed-stream.js';
import { eventually } from '../support/eventually.js';
import { ApiClient } from '../support/system/api-client.js';
import { commandFaults } from '../support/system/command-invariants.js';
import { storedFaults } from '../support/system/history-invariants.js';
import { findLabEngine } from '../support/zerotier/lab-engine.js';

// The first run builds every image.
jest.setTimeout(600_000);

const engine = (await hasCompose()) ? await findLabEngine() : undefined;
const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const IMAGES = ['secrets', 'postgres', 'keys', 'agent-1', 'proxy'];
const HOSTS = ['simulated-1', 'simulated-2'];

(engine ? describe : describe.skip)('docker-compose.yml with the profile ha', () => {
  let system: ComposeSystem;
  let api: ApiClient;
  let stream: ResumedStream | undefined;
  let load: CommandLoad | undefined;
  let port: number;

  beforeAll(async () => {
    if (!engine) return;
    port = await freePort();
    system = await ComposeSystem.create(engine.image, {
      COMPOSE_PROFILES: 'ha',
      COMPOSE_FILE: [path('docker-compose.yml'), path('test/support/compose/simulated.yml')].join(':'),
      ORRERY_PROXY_PORT: String(port),
    });
    await system.must('build', '--quiet', ...IMAGES);
    await system.must('up', '--detach', '--wait', '--wait-timeout', '300', 'proxy', 'api-2', ...HOSTS);
    const token = (await system.must('exec', '-T', 'api', 'cat', '/var/lib/orrery/secrets/admin.token')).trim();
    api = new ApiClient(`http://127.0.0.1:${port}`, () => Promise.resolve(token));
    stream = await ResumedStream.open(`${api.url}/v1/events/stream`, token);
  });

  afterAll(async () => {
    await load?.stop().catch(() => undefined);
    await stream?.close();
    await system?.down();
  });

  const containers = (services: readonly string[]) =>
    services.map((service) => system.container(engine?.docker, service));
  const kill = (...services: string[]) => Promise.all(containers(services).map((one) => one.kill()));
  const comeBack = async (...services: string[]) => {
    await Promise.all(containers(services).map((one) => one.start()));
    const all = async () =>
      Promise.all(containers(services).map(async (one) => (await one.inspect()).State.Health?.Status));
    const isWell = async () => (await all()).every((status) => status === 'healthy');
    await eventually(isWell, { within: 90_000, every: 250, what: `${services.join(' and ')} are back` });
  };

  it('publishes its proxy on loopback only', async () => {
    expect((await system.must('port', 'proxy', '7070')).trim()).toBe(`127.0.0.1:${port}`);
    const { items } = await api.get('/v1/hosts', HostPage);
    expect(items.map(({ name }) => name).sort()).toEqual(HOSTS);
  });

  it.each([
    ['nats', 'api'],
    ['nats-2', 'api-2'],
  ])(
    'keeps working when %s and %s are killed while commands run, and uses them again when they are back',
    async (nats, replica) => {
      load ??= new CommandLoad(api, HOSTS);
      await load.more(6);
      await kill(nats, replica);
      await load.more(10);
      await comeBack(nats, replica);
    },
  );

  it('has lost nothing and done nothing twice after all of that', async () => {
    await load?.more(6);
    await load?.stop();
    const { accepted, ended } = load as CommandLoad;
    expect(accepted.size).toBeGreaterThanOrEqual(38);
    expect(ended.filter(({ state }) => state !== 'done')).toEqual([]);
    const world = {
      sql: <Row>(text: string) => system.sql<Row>(text),
      accepted,
      hosts: new Map(HOSTS.map((name) => [name, { isRunning: true }])),
    };
    const faults = async () => (await Promise.all([storedFaults(world, 0), commandFaults(world)])).flat();
    await eventually(async () => (await faults()).length === 0, { within: 30_000, every: 500 }).catch(() => undefined);
    expect(await faults()).toEqual([]);
    const [made] = await system.sql<{ commands: number; containers: number; most: number }>(
      `SELECT (SELECT count(*)::int FROM commands) AS commands, count(*)::int AS containers, max(n)::int AS most
       FROM (SELECT count(*) AS n FROM events WHERE type = 'container.created' GROUP BY node_id) AS each`,
    );
    expect(made).toEqual({ commands: accepted.size, containers: accepted.size, most: 1 });
  });

  it('has sent every event to a stream through the proxy, in order and once', async () => {
    const stored = await system.sql<{ id: number }>('SELECT id::int FROM events ORDER BY id');
    const told = () =>
      (stream as ResumedStream).messages
        .filter(({ event }) => event === 'message')
        .map(({ id }) => Number(id?.split('-')[1]));
    const [first = 0] = told();
    const expected = stored.map(({ id }) => id).filter((id) => id >= first);
    // More events can be stored meanwhile.
    const last = expected.at(-1) ?? 0;
    const isTold = () => (told().at(-1) ?? 0) >= last || Promise.reject(new Error(`${told().at(-1)}, not ${last}`));
    await eventually(isTold, { within: 30_000, what: 'the last event arrives' });
    expect(told().filter((id) => id <= last)).toEqual(expected);
    expect(expected.length).toBeGreaterThan(300);
    expect(stream?.messages.filter(({ event }) => event === 'reset')).toEqual([]);
    expect(stream?.opened).toBeGreaterThan(1); // each replica was killed once
  });

  it('informs a NATS server that was down about the keys revoked meanwhile', async () => {
    const accountOf = (service: string) =>
      system.must('exec', '-T', service, 'sh', '-c', 'cat /var/lib/orrery-nats/*.jwt');
    const before = await accountOf('nats-3');
    await kill('nats-3');
    expect((await api.raw('POST', `/v1/hosts/simulated-2/revoke`)).ok).toBe(true);
    await eventually(async () => (await accountOf('nats')) !== before, {
      what: 'NATS has the revocation',
      within: 30_000,
    });
    await comeBack('nats-3');
    const isSame = async () => (await accountOf('nats-3')) === (await accountOf('nats'));
    await eventually(isSame, { what: 'nats-3 has the revocation', within: 60_000, every: 500 });
    expect(await accountOf('nats-3')).not.toBe(before);
  });

  it('accepts no NATS server without the password of this installation', async () => {
    const script = `const socket = require('net').connect(6222, 'nats-1');
      socket.on('data', (data) => process.stdout.write(data)).on('close', () => process.exit());
      socket.write('CONNECT {"user":"routes","pass":"guessed","name":"stranger","cluster":"orrery","verbose":false}\\r\\nPING\\r\\n');`;
    const answer = await system.must('exec', '-T', 'simulated-1', 'node', '-e', script);
    expect(answer).toMatch(/-ERR 'Authorization Violation'/);
    const health = 'exec 3<>/dev/tcp/127.0.0.1/8222; printf "GET /routez HTTP/1.0\\r\\n\\r\\n" >&3; cat <&3';
    const routes = await system.must('exec', '-T', 'nats', 'bash', '-c', health);
    // The control: servers that have it are in.
    expect([...new Set(routes.match(/"remote_name": "nats-\d"/g))].sort()).toEqual([
      '"remote_name": "nats-2"',
      '"remote_name": "nats-3"',
    ]);
  });
});
