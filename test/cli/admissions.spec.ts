import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Accepted,
  Admission,
  AdmissionBulk,
  AdmissionPage,
  AdmissionPut,
  AdmissionsChanged,
  Command,
  DryRun,
  HostPage,
  Membership,
  MembershipPage,
} from '@orrery/shared/contracts';
import { runCli } from './support/fake-terminal.js';
import { json, problem, StubApi } from './support/stub-api.js';
import { admission, command, host, id, membership } from './support/stub-data.js';

const ONE = '3a7f1b22c0';
const OTHER = '4b8f2c33d1';

describe('admissions', () => {
  let api: StubApi;
  beforeEach(async () => {
    api = await StubApi.start();
  });
  afterEach(() => api.close());
  const orrery = (line: string, answer?: string) => runCli(line, api.env, answer === undefined ? {} : { answer });
  const admissions = (...items: Admission[]) =>
    api.on('GET /v1/admissions', () => json(AdmissionPage, { items, next: null }));
  const bodies = (route: string) => api.asked(route).map(({ body }) => body);
  const at = (address: string) => `/v1/networks/lab/admissions/${address}`;
  const changed = (...addresses: string[]) => {
    for (const address of addresses)
      for (const method of ['PUT', 'DELETE'])
        for (const network of ['lab', admission(address).network.id])
          api.on(`${method} /v1/networks/${network}/admissions/${address}`, () => json(Admission, admission(address)));
  };
  const onWeb2 = admission(OTHER, {
    node: { id: id('nod', 2), name: 'web-2/demo', kind: 'container' },
    host: { id: id('hst', 2), name: 'web-2' },
  });

  it('lists undecided nodes, with the next command to run', async () => {
    admissions(admission(ONE), onWeb2);
    const { code, out, err } = await orrery('membership ls --pending');
    expect(code).toBe(0);
    expect(out.split('\n')[1]).toMatch(/^3a7f1b22c0 +not ours +lab \(3e92c1f0a7000001\) +undecided +not authorized/);
    expect(out.split('\n')[2]).toMatch(/^4b8f2c33d1 +web-2\/demo/);
    expect(err.split('\n')).toEqual([
      `authorize one: orrery membership authorize ${ONE} lab`,
      `deny one:      orrery membership deny ${ONE} lab`,
      'authorize all: orrery membership authorize --pending --network lab',
    ]);
    expect(api.requests[0]?.query).toMatchObject({ pending: 'true' });
    expect(await orrery('memberships --pending --network lab -o name')).toMatchObject({
      out: `${ONE} 3e92c1f0a7000001\n${OTHER} 3e92c1f0a7000001`,
      err: '',
    });
    expect(JSON.parse((await orrery('membership ls --pending -o json')).out)).toEqual([admission(ONE), onWeb2]);
  });

  it('lists only nodes on matching hosts with -l', async () => {
    admissions(admission(ONE), onWeb2);
    api.on('GET /v1/hosts', () => json(HostPage, { items: [host('web-2', {}, 2)], next: null }));
    expect((await orrery('membership ls --pending -l site=cloud -o name')).out).toBe(`${OTHER} 3e92c1f0a7000001`);
  });

  it('shows the decision, the controller record and the status of the node, because they differ for a while', async () => {
    const decided = admission(ONE, {
      ...{ pending: false, stale: true, decision: { authorize: false, why: 'denied by anna' } },
      observed: { status: 'OK', addresses: ['10.1.2.3/24'] },
    });
    admissions(decided);
    const { out, err } = await orrery('membership ls --stale');
    expect(out.split('\n')[1]).toMatch(/not admitted: denied by anna \(stale\) +not authorized +OK +10\.1\.2\.3\/24$/);
    expect(err).toContain('orrery membership forget --stale --network lab');
    const controller = { authorized: false, addresses: [] };
    api.on('GET /v1/memberships', () =>
      json(MembershipPage, { items: [membership('web-1', { controller })], next: null }),
    );
    expect((await orrery('membership ls')).out).not.toContain('not authorized');
    expect((await orrery('membership ls -o wide')).out).toMatch(/ OK .* not authorized /);
    const authorized = { authorized: true, addresses: ['10.1.2.3'] };
    api.on('GET /v1/nodes/web-1/networks/lab', () => json(Membership, membership('web-1', { controller: authorized })));
    expect((await orrery('membership get web-1 lab')).out).toMatch(/\ncontroller +authorized 10\.1\.2\.3\n/);
  });

  it('says so when no node is waiting and no record is stale', async () => {
    admissions();
    expect(await orrery('membership ls --pending')).toMatchObject({
      code: 0,
      out: '',
      err: expect.stringContaining('No nodes are waiting'),
    });
    expect((await orrery('membership ls --stale')).err).toContain('No stale records.');
  });

  describe('one node', () => {
    beforeEach(() => {
      changed(ONE);
      api.on(`PUT ${at('web-1.demo')}`, () => json(Admission, onWeb2));
    });

    it('is authorized for a while, with a name, addresses and flags', async () => {
      await orrery(`membership authorize ${ONE} lab`);
      await orrery(
        `membership authorize ${ONE} lab --for 8h --name demo --address 10.1.2.9,fd00::9 --bridge --no-auto-assign`,
      );
      await orrery(`membership authorize ${ONE} lab --for none`);
      const sent = bodies(`PUT ${at(ONE)}`);
      expect(sent).toEqual([
        { verdict: 'authorize' },
        {
          ...{ verdict: 'authorize', for: '8h', name: 'demo', addresses: ['10.1.2.9', 'fd00::9'] },
          ...{ bridge: true, noAutoAssign: true },
        },
        { verdict: 'authorize', for: null },
      ]);
      for (const body of sent) expect(AdmissionPut.safeParse(body).success).toBe(true);
    });

    it('can be named as a node, in one path segment', async () => {
      expect((await orrery('membership authorize web-1/demo lab -o json')).code).toBe(0);
      expect(api.requests[0]?.url).toBe('/v1/networks/lab/admissions/web-1.demo');
    });

    it('is denied without a prompt, because it can be authorized again', async () => {
      expect((await orrery(`membership deny ${ONE} lab`)).out).toMatch(/^address +3a7f1b22c0\n/);
      expect(bodies(`PUT ${at(ONE)}`)).toEqual([{ verdict: 'deny' }]);
    });

    it('has its controller record changed, and returns to the policy', async () => {
      await orrery(`membership set ${ONE} lab --name demo --address none --no-bridge --auto-assign`);
      await orrery(`membership set ${ONE} lab --by-policy`);
      expect(bodies(`PUT ${at(ONE)}`)).toEqual([
        { name: 'demo', addresses: [], bridge: false, noAutoAssign: false },
        { verdict: null },
      ]);
      expect((await orrery(`membership set ${ONE} lab`)).code).toBe(2);
    });

    it('is forgotten after confirmation', async () => {
      expect((await orrery(`membership forget ${ONE} lab`)).code).toBe(4);
      expect((await orrery(`membership forget ${ONE} lab`, 'no')).code).toBe(4);
      expect(api.requests).toEqual([]);
      expect((await orrery(`membership forget ${ONE} lab`, 'y')).code).toBe(0);
      expect((await orrery(`membership forget ${ONE} lab --yes -o json`)).code).toBe(0);
      expect(api.asked(`DELETE ${at(ONE)}`)).toHaveLength(2);
    });

    it('is only planned with --dry-run', async () => {
      for (const method of ['PUT', 'DELETE'])
        api.on(`${method} ${at(ONE)}`, () => json(DryRun, { dryRun: true, changes: [], hosts: [] }));
      for (const line of [`authorize ${ONE} lab`, `deny ${ONE} lab`, `forget ${ONE} lab`])
        expect(await orrery(`membership ${line} --dry-run`)).toMatchObject({ code: 0, out: '' });
      expect(api.requests.map(({ query }) => query.dryRun)).toEqual(['true', 'true', 'true']);
    });

    it('exits 4 when the API refuses, and 2 when the network does not exist', async () => {
      api.on(`PUT ${at(ONE)}`, () => problem(409, 'network-not-kept', 'somebody else keeps it'));
      expect((await orrery(`membership authorize ${ONE} lab`)).code).toBe(4);
      api.on(`PUT ${at(ONE)}`, () => problem(404, 'unknown-network', 'there is none'));
      expect((await orrery(`membership authorize ${ONE} lab`)).code).toBe(2);
    });
  });

  describe('deny --leave', () => {
    const leave = command({ action: 'leave', target: 'web-1 in 3e92c1f0a7000001' });
    const itself = admission(ONE, { node: { id: id('nod'), name: 'web-1', kind: 'host' } });
    beforeEach(() => {
      api.on(`PUT ${at('web-1')}`, () => json(Admission, itself));
      api.on('GET /v1/nodes/web-1/networks/lab', () => json(Membership, membership('web-1')));
      api.on('DELETE /v1/nodes/web-1/networks/lab', () => json(Accepted, { command: leave }, 202));
      api.on(`GET /v1/commands/${leave.id}`, () => json(Command, { ...leave, state: 'done' }));
    });
    const order = () => api.requests.map(({ method, path }) => `${method} ${path}`);

    it('asks, denies, makes the node leave, and waits for that', async () => {
      expect((await orrery('membership deny web-1 lab --leave', 'no')).code).toBe(4);
      const { code, out } = await orrery('membership deny web-1 lab --leave', 'yes');
      expect([code, out]).toEqual([0, expect.stringMatching(/^denied 3a7f1b22c0 \(web-1\) in lab\n[^]*done in/)]);
      const [put, left] = [`PUT ${at('web-1')}`, 'DELETE /v1/nodes/web-1/networks/lab'].map((one) =>
        order().indexOf(one),
      );
      expect(put).toBeGreaterThan(0);
      expect(left).toBeGreaterThan(put ?? Infinity);
    });

    it('prints only the command of the leave with -o json', async () => {
      const { out } = await orrery('membership deny web-1 lab --leave --yes -o json');
      expect(JSON.parse(out)).toMatchObject({ id: leave.id, state: 'done' });
    });

    it('denies no node that cannot leave', async () => {
      api.on('GET /v1/nodes/web-1/networks/lab', () => problem(404, 'unknown-membership', 'it is not in it'));
      expect((await orrery('membership deny web-1 lab --leave --yes')).code).toBe(2);
      expect(order()).toEqual(['GET /v1/nodes/web-1/networks/lab']);
    });
  });

  describe('many at once', () => {
    const BULK = 'POST /v1/networks/lab/admissions';
    beforeEach(() => {
      admissions(admission(ONE), onWeb2);
      changed(ONE, OTHER);
      api.on('GET /v1/hosts', () => json(HostPage, { items: [host('web-2', {}, 2)], next: null }));
      api.on(BULK, () => json(AdmissionsChanged, { items: [admission(ONE), onWeb2] }));
    });

    it('are the nodes on the hosts that a selector matches', async () => {
      const { code, out } = await orrery('membership authorize -l site=cloud --network lab --for 1h -o name');
      expect([code, out]).toEqual([0, `${ONE} 3e92c1f0a7000001\n${OTHER} 3e92c1f0a7000001`]);
      expect(bodies(BULK)).toEqual([{ selector: 'site=cloud', verdict: 'authorize', for: '1h' }]);
      expect(AdmissionBulk.safeParse(bodies(BULK)[0]).success).toBe(true);
    });

    it('are listed and confirmed before they are denied', async () => {
      const no = await orrery('membership deny -l site=cloud --network lab', 'n');
      expect([no.code, no.err]).toEqual([
        4,
        expect.stringContaining(`  ${OTHER} (web-2/demo)\nDeny this node in lab? [y/N]`),
      ]);
      expect(bodies(BULK)).toEqual([]);
      expect((await orrery('membership deny -l site=cloud --network lab', 'y')).code).toBe(0);
      expect(bodies(BULK)).toEqual([{ selector: 'site=cloud', verdict: 'deny' }]);
    });

    it('are the waiting nodes with --pending; confirming covers only the nodes that were listed', async () => {
      expect((await orrery('membership authorize --pending --network lab')).code).toBe(4);
      const asked = await orrery('membership authorize --pending --network lab', 'y');
      expect(asked.err).toContain(`  ${ONE}\n  ${OTHER} (web-2/demo)\nAuthorize these 2 nodes in lab? [y/N]`);
      expect(asked.code).toBe(0);
      expect(
        api.requests
          .filter(({ method }) => method !== 'GET')
          .map(({ method, path }) => [method, path.split('/').at(-1)]),
      ).toEqual([
        ['PUT', ONE],
        ['PUT', OTHER],
      ]);
      expect((await orrery('membership authorize --pending --network lab --yes')).code).toBe(0);
      expect(bodies(BULK)).toEqual([{ pending: true, verdict: 'authorize' }]);
    });

    it('are changed one by one; exits 1 and names each node that failed', async () => {
      api.on(`PUT /v1/networks/3e92c1f0a7000001/admissions/${ONE}`, () =>
        problem(409, 'controller-away', 'lap-7 is away'),
      );
      const { code, out, err } = await orrery('membership authorize --pending --network lab', 'y');
      expect([code, err]).toEqual([1, expect.stringContaining(`${ONE}: lap-7 is away`)]);
      expect(out).toContain(OTHER);
    });

    it('are the stale records for forget', async () => {
      expect((await orrery('membership forget --stale --network lab')).code).toBe(4);
      expect((await orrery('membership forget --stale --network lab', 'y')).code).toBe(0);
      expect(api.requests.filter(({ method }) => method === 'DELETE')).toHaveLength(2);
      expect(api.requests[0]?.query).toMatchObject({ stale: 'true', network: 'lab' });
    });

    it('are none: nothing is sent', async () => {
      admissions();
      const { code, err } = await orrery('membership authorize --pending --network lab --yes');
      expect([code, err]).toEqual([0, 'No nodes are waiting for authorization in lab.']);
      expect((await orrery('membership forget --stale --yes')).err).toBe('No stale records.');
      expect(api.requests.every(({ method }) => method === 'GET')).toBe(true);
    });
  });

  it.each([
    'membership authorize',
    `membership authorize ${ONE}`,
    `membership authorize ${ONE} --network lab`,
    'membership authorize --pending',
    `membership authorize ${ONE} lab --pending`,
    'membership authorize -l site=cloud',
    'membership authorize --pending --network lab --address 10.1.2.3 --yes',
    `membership authorize ${ONE} lab --for soon`,
    'membership deny --pending --network lab --leave --yes',
    `membership forget ${ONE}`,
    `membership forget ${ONE} lab --stale`,
    'membership forget --stale --dry-run',
    'membership ls --pending --stale',
    'membership ls --pending --status OK',
  ])('rejects `%s` before anything is sent', async (line) => {
    expect((await orrery(line)).code).toBe(2);
    expect(api.requests).toEqual([]);
  });
});
