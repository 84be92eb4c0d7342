import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Accepted,
  AcceptedGroup,
  Container,
  DryRun,
  FanOut,
  Host,
  HostPage,
  Membership,
  type PlannedChange,
} from '@orrery/shared/contracts';
import { runCli } from './support/fake-terminal.js';
import { json, problem, StubApi } from './support/stub-api.js';
import { command, container, host, id, LAB, membership } from './support/stub-data.js';

describe('a change', () => {
  let api: StubApi;
  beforeEach(async () => {
    api = await StubApi.start();
  });
  afterEach(() => api.close());
  const orrery = (line: string, answer?: string) => runCli(line, api.env, answer === undefined ? {} : { answer });
  const accept = (route: string) => api.on(route, () => json(Accepted, { command: command() }, 202));

  it('launches with the defaults of a spec', async () => {
    accept('POST /v1/hosts/web-1/containers');
    const { code, out } = await orrery(`launch demo --host web-1 --network ${LAB}`);
    expect(code).toBe(0);
    expect(out).toBe(`launch demo on web-1: delivered\nfollow it: orrery command wait ${command().id}`);
    expect(api.requests[0]?.body).toEqual({
      name: 'demo',
      networks: [LAB],
      image: null,
      limits: { memoryMb: 256, pids: 128 },
      settings: { allowManaged: true, allowGlobal: false, allowDefault: false, allowDNS: false },
    });
  });

  it('accepts every flag of a spec, and networks separated by commas or repeated', async () => {
    accept('POST /v1/hosts/web-1/containers');
    await orrery(
      'launch demo --host web-1 --network lab,office --network third --image z/z:1 --memory 64 --pids 32 --allow-managed 10.1.0.0/16,fd00::/8 --allow-dns',
    );
    expect(api.requests[0]?.body).toEqual({
      name: 'demo',
      networks: ['lab', 'office', 'third'],
      image: 'z/z:1',
      limits: { memoryMb: 64, pids: 32 },
      settings: { allowManaged: ['10.1.0.0/16', 'fd00::/8'], allowGlobal: false, allowDefault: false, allowDNS: true },
    });
  });

  it('launches on the only host by default, and lists the hosts when there are several', async () => {
    accept(`POST /v1/hosts/${id('hst')}/containers`);
    const hosts = (...items: Host[]) => api.on('GET /v1/hosts', () => json(HostPage, { items, next: null }));
    hosts(host('web-1'));
    expect((await orrery('launch demo --network lab')).code).toBe(0);
    hosts(host('web-1'), host('web-2', {}, 2));
    const several = await orrery('launch demo --network lab');
    expect([several.code, several.err]).toEqual([2, expect.stringContaining('did you mean:\n  web-1\n  web-2\n')]);
  });

  it('attaches a workload with the defaults of a spec, and names it only when asked to', async () => {
    accept('POST /v1/hosts/web-1/attachments');
    const { code, out } = await orrery('attach web-1 shop/db/1 --network lab,office');
    expect([code, out]).toEqual([0, expect.stringContaining('follow it: orrery command wait')]);
    const spec = {
      networks: ['lab', 'office'],
      image: null,
      limits: { memoryMb: 256, pids: 128 },
      settings: { allowManaged: true, allowGlobal: false, allowDefault: false, allowDNS: false },
    };
    expect(api.requests[0]?.body).toEqual({ workload: 'shop/db/1', ...spec });
    await orrery('attach web-1 postgres --name db --network lab --image z/z:1 --allow-dns');
    expect(api.requests[1]?.body).toMatchObject({ workload: 'postgres', name: 'db', image: 'z/z:1' });
    const bare = await orrery('attach web-1 postgres');
    expect([bare.code, bare.err]).toEqual([2, expect.stringContaining('an attachment needs a network')]);
    expect(api.requests).toHaveLength(2);
  });

  it('detaches after a confirmation, which it asks for only if there is such an attachment', async () => {
    const path = '/v1/hosts/web-1/attachments/shop-db-1';
    accept(`DELETE ${path}`);
    api.on(`GET ${path}`, () => json(Container, container('shop-db-1', undefined, { workload: 'shop/db/1' })));
    expect((await orrery('detach web-1/shop-db-1', 'n')).code).toBe(4);
    expect(api.asked(`DELETE ${path}`)).toHaveLength(0);
    expect((await orrery('detach web-1/shop-db-1', 'y')).code).toBe(0);
    await orrery('detach web-1/shop-db-1 --forget --yes');
    expect(api.asked(`DELETE ${path}`).map(({ query }) => query)).toEqual([{}, { forget: 'true' }]);
    api.on('GET /v1/hosts/web-1/attachments/demo', () =>
      problem(404, 'unknown-container', 'there is no attachment web-1/demo'),
    );
    expect((await orrery('detach web-1/demo', 'y')).code).toBe(2);
  });

  it('removes one container and its controller records with --forget', async () => {
    accept('DELETE /v1/hosts/web-1/containers/demo');
    await orrery('rm web-1/demo --yes');
    await orrery('container rm web-1/demo --forget --yes');
    expect(api.requests.map(({ query }) => query)).toEqual([{}, { forget: 'true' }]);
    expect((await orrery('rm -l site=cloud demo --forget --yes')).code).toBe(2);
    expect(api.requests).toHaveLength(2);
  });

  it('sends a new idempotency key with each change', async () => {
    accept('POST /v1/hosts/web-1/containers');
    await orrery(`launch demo --host web-1 --network ${LAB}`);
    await orrery(`launch demo --host web-1 --network ${LAB}`);
    const [first, second] = api.requests.map(({ headers }) => headers['idempotency-key']);
    expect(first).toMatch(/^[0-9a-f-]{36}$/);
    expect(second).not.toBe(first);
  });

  it('sends HOST/CONTAINER as one path segment', async () => {
    accept('PUT /v1/nodes/web-1.demo/networks/lab');
    expect((await orrery('join web-1/demo lab')).code).toBe(0);
    expect(api.requests[0]?.url).toBe('/v1/nodes/web-1.demo/networks/lab');
    expect(api.requests[0]?.body).toEqual({});
  });

  it('sends settings of a join only when some are given, adopts and releases', async () => {
    accept('PUT /v1/nodes/web-1/networks/lab');
    accept('DELETE /v1/nodes/web-1/networks/lab');
    await orrery('join web-1 lab --allow-managed no');
    await orrery('adopt web-1 lab');
    await orrery('release web-1 lab');
    expect(api.requests.map(({ method, query, body }) => [method, query, body])).toEqual([
      ['PUT', {}, { settings: { allowManaged: false } }],
      ['PUT', {}, { adopt: true }],
      ['DELETE', { release: 'true' }, undefined],
    ]);
  });

  it('finds a container by HOST/NAME and by id', async () => {
    accept('POST /v1/hosts/web-1/containers/demo/restart');
    accept(`POST /v1/hosts/${id('hst')}/containers/demo/restart`);
    api.on(`GET /v1/containers/${id('ctr')}`, () => json(Container, container('demo')));
    expect((await orrery('restart web-1/demo')).code).toBe(0);
    expect((await orrery(`restart ${id('ctr')}`)).code).toBe(0);
  });

  it('lists the candidates when a container is named without its host', async () => {
    const page = {
      items: [container('demo'), container('demo', host('web-2', {}, 2)), container('other')],
      next: null,
    };
    api.on('GET /v1/containers', () => ({ status: 200, body: page }));
    const { code, err } = await orrery('restart demo');
    expect(code).toBe(2);
    expect(err).toContain('did you mean:\n  web-1/demo\n  web-2/demo\n');
    expect(err).not.toContain('other');
  });

  it('replaces the version of a spec that it read, and keeps settings without a flag', async () => {
    const path = '/v1/hosts/web-1/containers/demo';
    const settings = { allowManaged: ['10.0.0.0/8'], allowGlobal: false, allowDefault: false, allowDNS: true };
    const present = container('demo', undefined, { settings });
    api.on(`GET ${path}`, () => ({ ...json(Container, present), headers: { etag: '"5"' } }));
    accept(`PUT ${path}`);
    await orrery('container set web-1/demo --image z/z:2');
    const put = api.asked(`PUT ${path}`)[0];
    expect(put?.headers['if-match']).toBe('"5"');
    expect(put?.body).toEqual({ networks: [LAB], image: 'z/z:2', limits: { memoryMb: 512, pids: 99 }, settings });
  });

  it('asks for the settings of a container whose networks have different ones', async () => {
    const path = '/v1/hosts/web-1/containers/demo';
    api.on(`GET ${path}`, () => json(Container, container('demo', undefined, { settings: null })));
    accept(`PUT ${path}`);
    expect((await orrery('container set web-1/demo --image z/z:2')).code).toBe(2);
    expect(api.asked(`PUT ${path}`)).toEqual([]);
    await orrery('container set web-1/demo --allow-dns');
    expect(api.asked(`PUT ${path}`)[0]?.body).toMatchObject({ settings: { allowDNS: true, allowManaged: true } });
  });

  it('renames a host, and sets and removes labels, in one request', async () => {
    api.on('PATCH /v1/hosts/web-1', () => json(Host, host('edge-1')));
    const { out } = await orrery('host set web-1 --name edge-1 --label site=onprem,gpu= --unlabel spare');
    expect(api.requests[0]?.body).toEqual({ name: 'edge-1', setLabels: { site: 'onprem', gpu: '', spare: null } });
    expect(out).toContain('edge-1');
  });

  it('rejects a host set without changes before anything is sent', async () => {
    expect((await orrery('host set web-1')).code).toBe(2);
    expect(api.requests).toEqual([]);
  });

  it('prints only the steps of a dry run, and asks nothing', async () => {
    const steps = [{ step: 'create-container', target: 'demo', detail: 'z/z:1' }];
    const hosts = [
      { host: { id: id('hst', 1), name: 'web-1' }, steps },
      { host: { id: id('hst', 2), name: 'web-2' }, steps: null },
      { host: { id: id('hst', 3), name: 'web-3' }, steps: [] },
    ];
    const changes: PlannedChange[] = [
      {
        ...{ noun: 'container', name: 'web-1/demo', action: 'change' },
        fields: [
          { field: 'image', is: null, becomes: 'z/z:1' },
          { field: 'limits.pids', is: 128, becomes: 64 },
        ],
      },
      { noun: 'join-token', name: 'web-9', action: 'delete', fields: [{ field: 'uses', is: 1, becomes: null }] },
    ];
    api.on('DELETE /v1/hosts/web-1/containers/demo', () => json(DryRun, { dryRun: true, changes, hosts }));
    const { code, out, err } = await orrery('rm web-1/demo --dry-run');
    expect(code).toBe(0);
    expect(err).toContain('nothing was changed');
    expect(api.requests[0]?.query).toEqual({ dryRun: 'true' });
    expect(out.split('\n')).toEqual([
      'CHANGE   WHAT                   FIELD         NOW   THEN',
      'change   container web-1/demo   image         -     z/z:1',
      'change   container web-1/demo   limits.pids   128   64',
      'delete   join token web-9       -             -     -',
      '',
      'HOST    STEP               TARGET   DETAIL',
      'web-1   create-container   demo     z/z:1',
      'web-2   -                  -        unreachable: it plans its steps when it reconnects',
      'web-3   -                  -        nothing to do',
    ]);
  });

  describe('with a selector', () => {
    const matching = (...hosts: Host[]) => api.on('GET /v1/hosts', () => json(HostPage, { items: hosts, next: null }));
    const two = () => matching(host('web-1', {}, 1), host('web-2', {}, 2));
    beforeEach(() => {
      const commands = [command({}, 1), command({}, 2)];
      api.on('POST /v1/commands', () => json(AcceptedGroup, { group: id('cmd', 9), commands }, 202));
    });
    const sent = () => api.asked('POST /v1/commands').map(({ body }) => FanOut.parse(body));

    it('sends one request for all hosts, with the number that the user confirmed', async () => {
      two();
      const { code, out } = await orrery('join -l site=cloud lab --container demo --yes -o name');
      expect(code).toBe(0);
      expect(out).toBe(`${id('cmd', 1)}\n${id('cmd', 2)}`);
      expect(api.requests[0]?.query.selector).toBe('site=cloud');
      expect(sent()).toEqual([
        { selector: 'site=cloud', confirm: 2, command: { action: 'join', network: 'lab', container: 'demo' } },
      ]);
      await orrery('join -l site=cloud lab --allow-dns --yes');
      expect(sent()[1]?.command).toEqual({ action: 'join', network: 'lab', settings: { allowDNS: true } });
    });

    it('lists every host and asks on a terminal, and accepts only yes', async () => {
      two();
      const no = await orrery('launch demo -l site=cloud --network lab', '');
      expect(no.code).toBe(4);
      expect(no.err).toContain('  web-1\n  web-2\nLaunch demo on 2 hosts? [y/N]');
      expect(sent()).toEqual([]);
      expect((await orrery('launch demo -l site=cloud --network lab', 'y')).code).toBe(0);
      expect(sent()).toHaveLength(1);
    });

    it('fails without --yes when there is no terminal', async () => {
      two();
      const { code, err } = await orrery('restart -l site=cloud demo');
      expect(code).toBe(4);
      expect(err).toContain('--yes');
      expect(sent()).toEqual([]);
      expect((await orrery('restart -l site=cloud demo --yes')).code).toBe(0);
    });

    it('needs no confirmation for one host, except to leave and to remove', async () => {
      matching(host('web-1'));
      expect((await orrery('restart -l site=cloud demo')).code).toBe(0);
      expect((await orrery('leave -l site=cloud lab')).code).toBe(4);
      expect((await orrery('rm -l site=cloud demo')).code).toBe(4);
      expect(sent().map(({ command: { action } }) => action)).toEqual(['restart']);
    });

    it('fails before anything is sent when no host matches', async () => {
      matching();
      expect(await orrery('rm -l site=moon demo --yes')).toMatchObject({
        code: 2,
        err: expect.stringContaining('site=moon'),
      });
      expect(sent()).toEqual([]);
    });

    it.each([
      'join -l site=cloud web-1 lab --yes',
      'restart -l site=cloud web-1/demo --yes',
      'launch demo -l site=cloud --host web-1 --network lab --yes',
      'launch demo -l site=cloud --yes',
      'join web-1 lab --container demo',
      'join lab',
      'launch demo --network lab',
    ])('rejects `%s`', async (line) => {
      two();
      expect((await orrery(line)).code).toBe(2);
      expect(sent()).toEqual([]);
    });
  });

  it.each(['leave web-1 lab', 'rm web-1/demo', 'container rm web-1/demo'])('asks before `%s`', async (line) => {
    accept('DELETE /v1/nodes/web-1/networks/lab');
    accept('DELETE /v1/hosts/web-1/containers/demo');
    api.on('GET /v1/nodes/web-1/networks/lab', () => json(Membership, membership('web-1')));
    api.on('GET /v1/hosts/web-1/containers/demo', () => json(Container, container('demo')));
    const deletions = () => api.requests.filter(({ method }) => method === 'DELETE');
    expect((await orrery(line)).code).toBe(4);
    expect((await orrery(line, 'no')).code).toBe(4);
    expect(deletions()).toEqual([]);
    expect((await orrery(line, 'yes')).code).toBe(0);
    expect((await orrery(`${line} --yes`)).code).toBe(0);
    expect(deletions()).toHaveLength(2);
  });

  it('does not ask for confirmation when the target does not exist', async () => {
    api.on('GET /v1/hosts/nosuch/containers/demo', () =>
      problem(404, 'unknown-container', 'there is no container nosuch/demo'),
    );
    const { code, err } = await orrery('rm nosuch/demo', 'yes');
    expect(code).toBe(2);
    expect(err).toContain('there is no container nosuch/demo');
    expect(err).not.toContain('[y/N]');
    expect(api.requests.map(({ method }) => method)).toEqual(['GET']);
  });

  it('asks before it forgets a host', async () => {
    api.on('GET /v1/hosts/web-1', () => json(Host, host('web-1')));
    api.on(`DELETE /v1/hosts/${id('hst')}`, () => json(Host, host('web-1')));
    expect((await orrery('host rm web-1')).code).toBe(4);
    const forced = await orrery('host rm web-1 --yes --force');
    expect([forced.code, forced.out]).toEqual([0, expect.stringContaining('restart its agent')]);
    expect(api.asked(`DELETE /v1/hosts/${id('hst')}`).map(({ query }) => query)).toEqual([{ confirm: 'web-1' }]);
  });

  it('asks before it revokes a key, but not before it rotates one', async () => {
    api.on('GET /v1/hosts/web-1', () => json(Host, host('web-1')));
    const revokedAt = '2026-01-02T03:04:05.000Z';
    api.on(`POST /v1/hosts/${id('hst')}/revoke`, () => json(Host, host('web-1', { revokedAt })));
    api.on('POST /v1/hosts/web-1/rotate', () => json(Host, host('web-1')));
    expect((await orrery('host revoke web-1')).code).toBe(4);
    expect((await orrery('host revoke web-1', 'n')).code).toBe(4);
    expect(api.requests.map(({ method }) => method)).toEqual(['GET', 'GET']);
    const { code, out } = await orrery('host revoke web-1 --yes');
    expect([code, out]).toEqual([0, expect.stringMatching(/presence +online, revoked\n/)]);
    expect((await orrery('host rotate web-1 -o name')).out).toBe('web-1');
    expect(api.asked('POST /v1/hosts/web-1/rotate')).toHaveLength(1);
  });

  it('shows the differences when the name belongs to another spec', async () => {
    const differences = [{ field: 'image', is: 'z/z:1', asked: 'z/z:2' }];
    api.on('POST /v1/hosts/web-1/containers', () =>
      problem(409, 'container-differs', 'demo on web-1 has another spec.', { fix: 'Use container set.', differences }),
    );
    const { code, err } = await orrery('launch demo --host web-1 --network lab --image z/z:2');
    expect(code).toBe(4);
    expect(err.split('\n')).toEqual([
      'error demo on web-1 has another spec. (container-differs)',
      '  image: is "z/z:1", asked "z/z:2"',
      'fix   Use container set.',
    ]);
  });
});
