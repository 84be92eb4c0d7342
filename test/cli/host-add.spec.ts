import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Command,
  CommandPage,
  type FixCommand,
  Host,
  Install,
  JoinToken,
  JoinTokenMade,
  Membership,
  MembershipPage,
  Node,
} from '@orrery/shared/contracts';
import { runCli } from './support/fake-terminal.js';
import { json, problem, StubApi } from './support/stub-api.js';
import { command, host, id, joinToken, LAB, membership, node, stages } from './support/stub-data.js';

const COMMAND =
  "{ echo orrery_token=TOKEN; curl -fsSLk --pinnedpubkey 'sha256//9fS=' https://orrery.lan:7070/install.sh || echo exit 1; } | sh";
const SECRET = 'orj1.k3f9';
const LINE = COMMAND.replace('TOKEN', SECRET);
const TOKEN = `/v1/join-tokens/${id('jtk')}`;
const HOST = `/v1/hosts/${id('hst')}`;
const NODE = `/v1/nodes/${id('nod')}`;
const used = joinToken({ state: 'used', usesLeft: 0, hosts: ['web-1'], networks: [LAB] });
const NONE: { commands: FixCommand[] } = { commands: [] };
const WAITING = {
  kind: 'waiting' as const,
  code: 'authorization' as const,
  cause: '89e92ceee5 is not authorized on 8056c2e21c000001',
  fix: 'Authorize 89e92ceee5 on the controller 8056c2e21c.',
  commands: [],
};

describe('orrery host add', () => {
  let api: StubApi;
  const install = (command: string | null) =>
    api.on('GET /v1/install', () =>
      json(Install, {
        ...{ url: 'https://orrery.lan:7070', pin: '9fS=', platforms: ['linux-x64', 'linux-arm64'] },
        ...{ loopbackOnly: command === null, command },
      }),
    );
  beforeEach(async () => {
    api = await StubApi.start();
    install(COMMAND);
    api.on('GET /v1/hosts/web-1', () => problem(404, 'unknown-host', 'there is no host web-1'));
    api.on('POST /v1/join-tokens', () => json(JoinTokenMade, { token: joinToken(), secret: SECRET }, 201));
  });
  afterEach(() => api.close());
  const orrery = (line: string, interrupt?: AbortSignal) => runCli(line, api.env, interrupt ? { interrupt } : {});
  const asked = () => api.asked('POST /v1/join-tokens').map(({ body }) => body);

  /** One answer for each look; the last one stays. */
  const inTurn = <T>(...answers: T[]) => {
    let looks = 0;
    return () => answers[Math.min(looks++, answers.length - 1)] as T;
  };
  /** What happens to the machine: each list is what successive looks see. */
  const life = (tokens: JoinToken[], hosts: Host[] = [host('web-1')], nodes: Node[] = [node('web-1')]) => {
    const [tokenNow, hostNow, nodeNow] = [inTurn(...tokens), inTurn(...hosts), inTurn(...nodes)];
    api.on('POST /v1/join-tokens', () => {
      api.on('GET /v1/hosts/web-1', () => json(Host, hostNow()));
      return json(
        JoinTokenMade,
        { token: joinToken({ networks: tokens.at(-1)?.networks ?? [] }), secret: SECRET },
        201,
      );
    });
    api.on(`GET ${TOKEN}`, () => json(JoinToken, tokenNow()));
    api.on(`GET ${HOST}`, () => json(Host, hostNow()));
    api.on(`GET ${NODE}`, () => json(Node, nodeNow()));
  };
  /** The outcomes of its join to a network. */
  const joins = (...states: Command[]) => {
    const now = inTurn(...states);
    const former = command({ action: 'join', node: id('nod'), createdAt: '2025-01-01T00:00:00.000Z' }, 2);
    api.on('GET /v1/commands', () => json(CommandPage, { items: [states[0] as Command, former], next: null }));
    api.on(`GET /v1/commands/${id('cmd')}`, () => json(Command, now()));
    api.on(`GET ${NODE}/networks/${LAB}`, () => json(Membership, membership('web-1')));
  };
  const join = (more: Partial<Command>) => command({ action: 'join', target: `web-1 in ${LAB}`, ...more });
  const joined = join({ state: 'done', outcome: { kind: 'done' }, endedAt: '2026-01-02T03:04:06.000Z' });
  const waiting = join({ state: 'waiting', outcome: WAITING, stages: stages(['accepted', 0]) });

  it('prints the command, reports each step with its time, and exits 0', async () => {
    const silent = host('web-1', { presence: 'joined', engine: null });
    const unreported = node('web-1', { updatedAt: null, zerotierVersion: null, state: 'unknown' });
    life([joinToken(), used], [silent, silent, host('web-1')], [unreported, node('web-1')]);
    joins(join({}), waiting, joined);
    const { code, out, err } = await orrery('host add web-1 -l site=cloud,spare= --network lab');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const timeless = out.split('\n').map((text) => text.replace(/ \d+\.\d+ s$/, ' TIME'));
    expect(timeless).toEqual([
      'Run this on web-1 (linux-x64 or linux-arm64) as root within 15m (works once):',
      `  ${LINE}`,
      'waiting for web-1 …',
      '✓ enrolled TIME',
      '✓ online (docker 26.1.5, zerotier-one 1.14.2) TIME',
      '… waiting (authorization): 89e92ceee5 is not authorized on 8056c2e21c000001',
      '  next Authorize 89e92ceee5 on the controller 8056c2e21c.',
      '✓ lab 10.1.2.3 TIME',
    ]);
    const labels = { site: 'cloud', spare: '' };
    expect(asked()).toEqual([{ name: 'web-1', labels, networks: ['lab'], expiresIn: '15m' }]);
  });

  it('lets the machine choose labels only with --own-labels, and never when it replaces a host', async () => {
    await orrery('host add web-1 --own-labels --no-wait');
    expect(asked()).toEqual([{ name: 'web-1', labels: {}, ownLabels: true, networks: [], expiresIn: '15m' }]);
    const replacing = await orrery('host add --replace web-1 --own-labels --no-wait');
    expect([replacing.code, replacing.err]).toEqual([2, expect.stringContaining('takes over its labels')]);
    expect(asked()).toHaveLength(1);
  });

  it('reports what the host could not find out about the machine', async () => {
    const engine = { state: 'unknown', cause: 'no socket' } as const;
    const bare = node('web-1', { state: 'down', zerotierVersion: null, cause: 'nothing listens on 9993' });
    life([{ ...used, networks: [] }], [host('web-1', { engine })], [bare]);
    const { code, out } = await orrery('host add web-1');
    expect(code).toBe(0);
    expect(out).toContain('✓ online (docker: no socket, zerotier-one: nothing listens on 9993)');
  });

  it('fails at once when only its own machine can reach the API, says how to listen, and creates no token', async () => {
    install(null);
    const { code, err } = await orrery('host add web-1');
    expect(code).toBe(4);
    expect(err).toContain('npm start -- --listen 0.0.0.0 --url https://NAME:7070');
    expect(asked()).toEqual([]);
  });

  it('refuses the name of an existing host before it creates a token', async () => {
    api.on('GET /v1/hosts/web-1', () => json(Host, host('web-1')));
    const { code, err } = await orrery('host add web-1');
    expect([code, err]).toEqual([4, expect.stringContaining('orrery host add --replace web-1')]);
    expect(asked()).toEqual([]);
  });

  it('replaces an existing host under its name, and waits for the report of the new machine', async () => {
    life([{ ...used, networks: [] }], undefined, [
      node('web-1'),
      node('web-1'),
      node('web-1', { updatedAt: '2026-01-02T04:00:00.000Z', zerotierVersion: '1.16.0' }),
    ]);
    api.on('GET /v1/hosts/web-1', () => json(Host, host('web-1')));
    const { code, out } = await orrery('host add web-1 --replace web-1 --expires 2h');
    expect(code).toBe(0);
    expect(out).toContain('Run this on web-1 (linux-x64 or linux-arm64) as root within 2h (works once):');
    expect(out).toContain('zerotier-one 1.16.0');
    expect(asked()).toEqual([{ replaces: id('hst'), networks: [], expiresIn: '2h' }]);
  });

  it.each([
    'host add',
    'host add web-2 --replace web-1',
    'host add --replace web-1 -l a=b',
    'host add x --expires soon',
  ])('rejects `%s`', async (line) => {
    api.on('GET /v1/hosts/web-1', () => json(Host, host('web-1')));
    expect((await orrery(line)).code).toBe(2);
    expect(asked()).toEqual([]);
  });

  it('exits 3 when the machine has not enrolled at the timeout, with what to do and how to keep watching', async () => {
    life([joinToken()]);
    const { code, out } = await orrery('host add web-1 --wait=20ms');
    expect(code).toBe(3);
    expect(out).toContain('… web-1 has not enrolled yet');
    expect(out).toContain(
      '  next Run the command above on it as root; its token is valid until 2026-01-02T03:19:05.000Z.',
    );
    expect(out).toContain("  then orrery events -f --type 'host.*'");
  });

  it('exits 3 when the agent has not reported at the timeout, and says where to look', async () => {
    life([used], [host('web-1', { presence: 'joined' })]);
    const { code, out } = await orrery('host add web-1 --wait=20ms');
    expect(code).toBe(3);
    expect(out).toContain('✓ enrolled');
    expect(out).toContain('web-1 has enrolled, but its agent has not reported yet (joined)');
    expect(out).toContain('journalctl -u orrery-agent');
  });

  it('exits 3 when a network still waits at the timeout, with what to authorize and how to continue', async () => {
    life([used]);
    joins(waiting);
    const { code, out } = await orrery('host add web-1 --network lab --wait=20ms');
    expect(code).toBe(3);
    expect(out).toContain('  next Authorize 89e92ceee5 on the controller 8056c2e21c.');
    expect(out).toContain(`  then orrery command wait ${id('cmd')}`);
  });

  it('exits 1 when a network failed, with its fix', async () => {
    life([used]);
    const outcome = {
      kind: 'failed',
      code: 'tun-missing',
      cause: 'no /dev/net/tun',
      fix: 'modprobe tun',
      ...NONE,
    } as const;
    joins(join({ state: 'failed', outcome }));
    const { code, out } = await orrery('host add web-1 --network lab');
    expect([code, out]).toEqual([1, expect.stringContaining('  fix  modprobe tun')]);
  });

  it.each([
    ['expired', 'its token has expired'],
    ['revoked', 'its token was revoked'],
  ] as const)('exits 1 when the token is %s before the machine enrolls', async (state, said) => {
    life([joinToken({ state })]);
    const { code, out } = await orrery('host add web-1');
    expect([code, out]).toEqual([1, expect.stringContaining(`✗ web-1 is not enrolled: ${said}`)]);
  });

  it('leaves the token valid at Ctrl-C, and says how to revoke it', async () => {
    life([joinToken()]);
    const interrupt = new AbortController();
    api.on(`GET ${TOKEN}`, () => {
      interrupt.abort();
      return undefined;
    });
    const { code, err } = await orrery('host add web-1', interrupt.signal);
    expect(code).toBe(130);
    expect(err).toContain('The token stays valid until 2026-01-02T03:19:05.000Z');
    expect(err).toContain(`orrery token revoke ${id('jtk')}`);
    expect(api.requests.some(({ method }) => method === 'DELETE')).toBe(false);
  });

  it('says that the host continues when Ctrl-C comes after it enrolled', async () => {
    life([used]);
    const interrupt = new AbortController();
    api.on(`GET ${HOST}`, () => {
      interrupt.abort();
      return undefined;
    });
    const { code, err } = await orrery('host add web-1', interrupt.signal);
    expect([code, err]).toEqual([130, expect.stringContaining('orrery host get web-1')]);
    expect(err).not.toContain('token');
  });

  it('waits through a restart of the API, and exits 5 when it stays down', async () => {
    life([{ ...used, networks: [] }]);
    let looks = 0;
    api.on(`GET ${TOKEN}`, () => {
      if (looks++ > 0) return json(JoinToken, { ...used, networks: [] });
      void api.close().then(() => api.listen());
      return undefined;
    });
    expect((await orrery('host add web-1')).code).toBe(0);
    life([joinToken()]);
    api.on('GET /v1/hosts/web-1', () => problem(404, 'unknown-host', 'there is no host web-1'));
    api.on(`GET ${TOKEN}`, () => void api.close());
    const { code, out } = await orrery('host add web-1 --wait=700ms');
    expect([code, out.match(/the API is not responding; retrying/g)]).toEqual([5, [expect.anything()]]);
  });

  it('prints only the command with --no-wait, and on stderr how to watch and revoke', async () => {
    const { code, out, err } = await orrery('host add web-1 --no-wait');
    expect(code).toBe(0);
    expect(out).toBe(`Run this on web-1 (linux-x64 or linux-arm64) as root within 15m (works once):\n  ${LINE}`);
    expect(err).toContain(`orrery token revoke ${id('jtk')}`);
  });

  it('prints one document with -o json: the token and the command, or the result for the machine', async () => {
    const unwaited = await orrery('host add web-1 --no-wait -o json');
    expect(JSON.parse(unwaited.out)).toEqual({ token: joinToken(), secret: SECRET, command: LINE });
    life([used]);
    joins(joined);
    api.on('GET /v1/memberships', () => json(MembershipPage, { items: [membership('web-1')], next: null }));
    const { code, out, err } = await orrery('host add web-1 --network lab -o json');
    expect([code, err]).toEqual([0, expect.stringContaining(LINE)]);
    const memberships = [membership('web-1')];
    expect(JSON.parse(out)).toEqual({ token: used, host: host('web-1'), node: node('web-1'), memberships });
    life([joinToken()]);
    api.on('GET /v1/hosts/web-1', () => problem(404, 'unknown-host', 'there is no host web-1'));
    const late = await orrery('host add web-1 --wait=20ms -o json');
    expect([late.code, JSON.parse(late.out)]).toEqual([3, expect.objectContaining({ host: null, memberships: [] })]);
  });
});
