import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ContainerPage, EventPage, LoginMade } from '@orrery/shared/contracts';
import { EventStream } from '../support/event-stream.js';
import { PRIVATE, PUBLIC, PUBLIC_TOO, System } from '../support/system/system.js';
import { EngineWithLogin, IMAGE, REFUSED_IMAGE } from './canary/engine-with-login.js';
import { leaks, secretsBelow, type Canary } from './canary/secrets.js';
import { answersOf, argvAndEnvironOf, dumpOf } from './canary/sinks.js';

/** Not secret, but in every flow: each sink must hold it, otherwise the absence of the secrets shows nothing. */
const MARK = 'visible-mark';
/** Not simulated: an agent with a Docker Engine. */
const REAL = `${MARK}-2`;
const OF_POSTGRES = 'the password of Postgres';

describe('the secrets of an installation, after all main flows at the most verbose log level', () => {
  let system: System;
  let stream: EventStream;
  let canaries: Canary[];
  const sinks = new Map<string, string>();
  let docker: EngineWithLogin;
  let page: Canary[];
  let cli = '';

  beforeAll(async () => {
    docker = await EngineWithLogin.open();
    system = await System.start({
      hosts: [MARK, 'beta', REAL],
      api: { ORRERY_LOG_LEVEL: 'trace' },
      agent: (name) => ({ ORRERY_LOG_LEVEL: 'trace', ...(name === REAL ? docker.settings : {}) }),
    });
    const token = await system.api.secret('admin.token');
    stream = await EventStream.open(`${system.api.url}/v1/events/stream`, { authorization: `Bearer ${token}` });
    await mainFlows();
    canaries = await allSecrets();
    await fillSinks();
  }, 240_000);
  afterAll(async () => {
    stream?.close();
    await system?.close();
    await docker?.engine.close();
  });

  async function mainFlows(): Promise<void> {
    await system.done((await system.launch(MARK, 'edge', PUBLIC)).id);
    await system.done((await system.change('PUT', `/v1/nodes/${MARK}/networks/${PUBLIC_TOO}`)).id);
    await system.launch('beta', 'waits', PRIVATE);
    await system.done((await system.change('POST', `/v1/hosts/${MARK}/containers/edge/restart`)).id);
    await (await system.api.raw('GET', `/v1/hosts/${MARK}/containers/edge/logs`)).text();
    await (
      await system.api.raw('POST', `/v1/hosts/${MARK}/containers?dryRun=true`, {
        body: { name: 'dry', networks: [PUBLIC] },
      })
    ).text();
    await withDocker();
    await withPage();
    await refusals();
    await system.host('beta').process.kill('SIGTERM');
    await (await system.host('beta').start()).welcomed();
    await system.done((await system.change('DELETE', `/v1/nodes/${MARK}/networks/${PUBLIC_TOO}`)).id);
    for (const args of [
      ['status'],
      ['host', 'ls', '-o', 'json'],
      ['event', 'ls'],
      ['container', 'get', `${MARK}/edge`, '-o', 'json'],
    ])
      cli += (await system.cli(...args)).out;
  }

  /** A registry's login is used for two pulls, one of which is refused; then identities go into a container. */
  async function withDocker(): Promise<void> {
    const refused = await system.launch(REAL, 'refused', PUBLIC, { image: REFUSED_IMAGE });
    expect((await system.reaches(refused.id, ['failed'])).outcome).toMatchObject({ code: 'pull-refused' });
    await system.launch(REAL, MARK, PUBLIC, { image: IMAGE });
    await docker.made(MARK);
  }

  /** A page logs in and changes something; then a half of its login is wrong. */
  async function withPage(): Promise<void> {
    const token = await system.api.secret('admin.token');
    const send = (method: string, path: string, body: object, headers: Record<string, string> = {}) =>
      fetch(system.api.url + path, {
        method,
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
    const answer = await send('POST', '/v1/logins', { token });
    const { secret } = LoginMade.parse(await answer.json());
    const [cookie = ''] = (answer.headers.getSetCookie()[0] ?? '').split(';', 1);
    const change = (headers: Record<string, string>) =>
      send('PATCH', `/v1/hosts/${MARK}`, { setLabels: { page: 'yes' } }, headers);
    expect((await change({ cookie, 'orrery-login': secret })).status).toBe(200);
    expect((await change({ cookie, 'orrery-login': secret.slice(1) })).status).toBe(401);
    page = [
      { what: 'the header of a page', value: secret },
      { what: 'the cookie of a page', value: cookie.split('=')[1] ?? '' },
    ];
  }

  /** Error messages tend to repeat a secret in the wrong place. */
  async function refusals(): Promise<void> {
    const [admin, join] = await Promise.all([system.api.secret('admin.token'), system.api.secret('join.secret')]);
    for (const [path, body, token] of [
      ['/v1/join', { name: join }, join],
      ['/v1/join', { name: 'x' }, admin],
      ['/v1/commands', { selector: 'site' }, join],
    ] as const)
      await (await system.api.raw('POST', path, { body, token })).text();
  }

  async function allSecrets(): Promise<Canary[]> {
    const ofApi = await secretsBelow(
      system.api.home,
      (file) => /secrets\//.test(file) && !/\.(crt|pub|jwt|json)$/.test(file),
    );
    const isSecret = (file: string) => /identities\/|\.seed$|\.key$|\.creds$|host\.json$/.test(file);
    const ofAgents = (
      await Promise.all([...system.hosts.values()].map(({ home }) => secretsBelow(home, isSecret)))
    ).flat();
    const ofPostgres = { what: OF_POSTGRES, value: new URL(system.database.url).password };
    return [...ofApi, ...ofAgents, ...page, docker.login, ofPostgres];
  }

  async function fillSinks(): Promise<void> {
    const { items } = await system.api.get('/v1/containers', ContainerPage);
    const events = await system.api.get('/v1/events', EventPage);
    const [container, event] = [items.find(({ name }) => name === 'edge'), events.items[0]];
    const ids = {
      host: MARK,
      name: 'edge',
      node: MARK,
      network: PUBLIC,
      container: container?.id ?? '',
      event: event?.id ?? '',
    };
    sinks.set('the log of the API', system.api.output);
    sinks.set('the log of an agent', system.host(MARK).output);
    sinks.set('the log of an agent with an engine', system.host(REAL).output);
    sinks.set('what docker inspect shows', docker.inspected);
    sinks.set('the database', await dumpOf(system));
    sinks.set('the answers over HTTP', await answersOf(system, ids));
    sinks.set('the stream of events', JSON.stringify(stream.messages));
    sinks.set('what the CLI prints', cli);
  }

  it('are known to this test: tokens, keys, identities, passwords', () => {
    const kinds = [
      docker.login.what,
      'admin.token',
      'join.secret',
      'signing.key',
      'account.seed',
      'host.seed',
      'identities/',
      'the cookie of a page',
      OF_POSTGRES,
    ];
    for (const kind of kinds) expect([kind, canaries.some(({ what }) => what.includes(kind))]).toEqual([kind, true]);
    expect(canaries.length).toBeGreaterThan(6);
  });

  it('are in no log, row, answer, event or line of the CLI, while a mark that is not secret is in each of them', () => {
    expect(sinks.size).toBe(8);
    for (const [name, text] of sinks) {
      expect([name, text.includes(MARK)]).toEqual([name, true]);
      expect([name, leaks(text, canaries)]).toEqual([name, []]);
    }
    expect(leaks(system.host('beta').output, canaries)).toEqual([]);
  });

  it('are where they belong: the login in what the engine gets for its registry, identities in files of a container', () => {
    expect(leaks(docker.registryAuth, canaries)).toEqual([docker.login.what]);
    expect(leaks(docker.uploaded, canaries).filter((what) => what.includes('identities/'))).not.toEqual([]);
  });

  it('are on no command line and in the environment of no process that Orrery starts', async () => {
    const processes = [system.api.process, ...[...system.hosts.values()].map(({ process }) => process)];
    for (const { child } of processes) {
      const { argv, childEnviron } = await argvAndEnvironOf(child.pid ?? 0);
      expect(argv).toContain('dist/program.js');
      expect(leaks(argv + childEnviron, canaries)).toEqual([]);
    }
  });

  it('are not in the environment of the API or of an agent either', async () => {
    const environ = (pid = 0) => readFile(`/proc/${pid}/environ`, 'latin1');
    for (const { process } of system.hosts.values()) {
      const ofAgent = await environ(process.child.pid);
      expect(ofAgent).toContain('ORRERY_AGENT_HOME');
      expect(leaks(ofAgent, canaries)).toEqual([]);
    }
    const ofApi = await environ(system.api.process.child.pid);
    expect(ofApi).toContain(`/${system.database.name}`);
    expect(leaks(ofApi, canaries)).toEqual([]);
  });

  it('would be found: verbatim, in base64, in hex and in a URL', () => {
    for (const { what, value } of canaries) {
      const hidden = [
        value,
        Buffer.from(`{"a":"${value}"}`, 'latin1').toString('base64'),
        Buffer.from(value, 'latin1').toString('hex'),
        encodeURIComponent(value),
      ];
      for (const form of hidden)
        expect([what, leaks(`${sinks.get('the log of the API')}"x":"${form}"`, canaries).includes(what)]).toEqual([
          what,
          true,
        ]);
    }
  });
});
