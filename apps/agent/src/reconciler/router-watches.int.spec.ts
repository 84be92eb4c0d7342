import { execFile, spawn } from 'node:child_process';
import { readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { interfaceName, type RouterItem } from '@orrery/shared/contracts';
import { createLogger } from '@orrery/shared/runtime';
import { launch, NETWORK, route } from '../../../../test/support/agent/items.js';
import { ReconcilingHost } from '../../../../test/support/agent/reconciling-host.js';
import { eventually } from '../../../../test/support/eventually.js';
import { reapAtExit, temporaryFolder } from '../../../../test/support/servers.js';
import { buildOnce, ROOT } from '../../../../test/support/system/build.js';
import { enterNetwork } from '../kernel/namespace.js';
import { namespaceProber } from '../probes/namespace-prober.js';
import { MISSES, type Question } from '../pure/router/watching.js';
import { RouterWatches } from './router-watches.js';

const { router, items } = route({ prefixes: ['192.168.1.0/24'] });

describe('what a router on a simulated host watches', () => {
  let host: ReconcilingHost;
  const serving = launch({ name: 'serving' });
  const [demo, membership] = items;
  if (!demo || !membership) throw new Error('a route has a container and a membership');
  const told = async () => (await host.ofType('router.changed')).map(({ data }) => data.after);
  const eventuallyTold = (expected: object) =>
    eventually(async () => {
      expect((await told()).at(-1)).toMatchObject(expected);
      return true;
    });
  const want = (more: Partial<RouterItem>, others = serving.items) =>
    host.want(...others, demo, membership, { ...router, ...more });
  const outcomes = async (...expected: string[]) => {
    await eventually(async () => (await host.outcomes(router.id)).length >= expected.length);
    expect(await host.outcomes(router.id)).toEqual(expected);
  };
  const addressOfServing = async () => {
    await eventually(async () => (await host.outcomes(serving.membership.id)).includes('done'));
    const assigned = (await host.ofType('address.assigned')).find(({ data }) => data.node === serving.container.node);
    return assigned?.data.address.split('/')[0] ?? '';
  };

  beforeEach(async () => {
    host = await ReconcilingHost.start();
    await writeFile(join(host.home, 'policy.yaml'), 'routers: [192.168.1.0/24]\n');
    await host.want(...serving.items, ...items);
    await outcomes('done');
  });
  afterEach(() => host.stop());

  it('is told at once when it changes, and recreates nothing', async () => {
    const [address, before] = [await addressOfServing(), structuredClone(host.containers)];
    const running = () => host.containers.map(({ engineId, startedAt }) => [engineId, startedAt]);
    await want({ revision: 2, watch: { address }, check: { address: '192.168.1.20' } });
    await outcomes('done', 'done');
    await eventuallyTold({ forwards: true, peerAnswers: true, lanAnswers: true });
    expect(running()).toEqual(before.map(({ engineId, startedAt }) => [engineId, startedAt]));
    // The one that served is gone.
    await want(
      { revision: 2, watch: { address }, check: { address: '192.168.1.20' } },
      serving.items.map((one) => ({ ...one, intent: 'absent' as const, revision: 3 })),
    );
    await eventuallyTold({ peerAnswers: false, lanAnswers: true });
    await want({ revision: 4 }, []);
    await outcomes('done', 'done', 'done');
    const [last] = (await told()).slice(-1);
    expect([last?.peerAnswers, last?.lanAnswers, last?.forwards]).toEqual([undefined, undefined, true]);
  });

  it('is told soon also by a host at rest, which looks seldom, and no longer asked by one that is fenced', async () => {
    const address = await addressOfServing();
    let [isSilent, silences] = [false, 0];
    const asUsual = host.machine.prober.bind(host.machine);
    host.machine.prober = async (...about) => {
      const prober = await asUsual(...about);
      return async (run) => {
        if (!isSilent) return prober(run);
        silences += 1;
        const ping = { sent: 1, received: 0, minMs: null, averageMs: null, maxMs: null };
        return { code: 'timed-out', cause: '', fix: '', address, ms: 0, ping };
      };
    };
    await want({ revision: 2, watch: { address } });
    await eventuallyTold({ peerAnswers: true });
    let [looks, since] = [0, 0];
    await eventually(() => {
      if (looks !== host.looks) [looks, since] = [host.looks, performance.now()];
      return performance.now() - since > 1_000;
    });
    isSilent = true;
    await eventually(() => silences >= MISSES);
    await eventually(async () => (await told()).at(-1)?.peerAnswers === false, { within: 2_000, what: 'the report' });
    host.reconciler.fence('another agent');
    await eventually(async () => (await told()).at(-1)?.peerAnswers === undefined, { what: 'the end of it' });
    const asked = silences;
    const { looks: before } = host;
    await eventually(() => host.looks > before, { within: 10_000 });
    expect(silences - asked).toBeLessThanOrEqual(1);
  });

  it('is unknown after a start of the agent until it was asked anew', async () => {
    const address = await addressOfServing();
    await want({ revision: 2, watch: { address } });
    await eventuallyTold({ peerAnswers: true });
    await host.stop();
    host = await ReconcilingHost.start({ again: host });
    await eventuallyTold({ peerAnswers: true });
    expect((await told()).map((one) => one?.peerAnswers)).toEqual([undefined, true]);
  });

  it('is refused outside of what its item opens', async () => {
    await want({ revision: 2, check: { address: '192.168.2.20' } });
    await outcomes('done', 'failed unsupported');
    expect((await told()).some((one) => one?.lanAnswers !== undefined || one?.peerAnswers !== undefined)).toBe(false);
    expect((await told()).at(-1)).toMatchObject({ forwards: true, ways: [{ network: NETWORK }] });
    await want({ revision: 3, check: { address: '192.168.1.20' } });
    await outcomes('done', 'failed unsupported', 'done');
    await eventuallyTold({ lanAnswers: true });
  });
});

const isPossible = process.platform === 'linux' && process.getuid?.() === 0;
if (!isPossible) process.stderr.write('LEFT OUT: what a router watches in a namespace needs Linux and root\n');

const PEER = '10.99.0.5';
const PRINTER = '192.168.10.20';

(isPossible ? describe : describe.skip)('what a router watches in a real network namespace', () => {
  const [near, far] = [interfaceName(NETWORK), 'zt0'];
  const about = { node: router.node, network: NETWORK, run: 'first' };
  const questions: Record<'peer' | 'lan' | 'port', Question> = {
    peer: { ...about, of: 'peer', address: PEER },
    lan: { ...about, of: 'lan', address: PRINTER },
    port: { ...about, of: 'lan', address: PRINTER, port: 80 },
  };
  const keepers: number[] = [];
  let inRouter: string[], beyond: string[];
  let watches: RouterWatches;

  const run = async (enter: readonly string[], script: string) => {
    const [tool = '', ...args] = [...enter, 'sh', '-ec', script];
    return (await promisify(execFile)(tool, args)).stdout;
  };
  const begin = async (...command: string[]) => {
    const [tool = '', ...args] = command;
    const started = spawn(tool, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    await reapAtExit(started.pid);
    keepers.push(started.pid ?? 0);
    return started.pid ?? 0;
  };
  const namespace = async () => {
    const pid = await begin('unshare', '--net', 'sleep', 'infinity');
    const isApart = async () => (await readlink(`/proc/${pid}/ns/net`)) !== (await readlink('/proc/self/ns/net'));
    await eventually(isApart, { every: 5, what: 'a network of its own' });
    return pid;
  };
  const answers = () => watches.answers.map((one) => one.answers);
  const known = (...expected: (boolean | undefined)[]) =>
    eventually(() => JSON.stringify(answers()) === JSON.stringify(expected), { what: JSON.stringify(expected) });

  beforeAll(async () => {
    await buildOnce();
    const [own, other] = [await namespace(), await namespace()];
    [inRouter, beyond] = [enterNetwork(own), enterNetwork(other)];
    await run(
      inRouter,
      `ip link add ${near} type veth peer name ${far} netns ${other}
      ip link add eth0 type veth peer name eth0 netns ${other}
      ip address add 10.99.0.7/24 dev ${near}; ip link set ${near} up
      ip address add 172.30.0.2/24 dev eth0; ip link set eth0 up`,
    );
    await run(
      beyond,
      `ip link set lo up; ip link set ${far} up; ip link set eth0 up
      ip address add ${PEER}/24 dev ${far}; ip address add 172.30.0.1/24 dev eth0; ip address add ${PRINTER}/32 dev lo`,
    );
    await run(inRouter, 'ip route add default via 172.30.0.1');
    const server = `require('node:net').createServer((socket) => socket.end()).listen(80, '0.0.0.0')`;
    await begin(...beyond, process.execPath, '-e', server);
  });
  const watchFrom = (enter: string[]) => {
    const child = [process.execPath, join(ROOT, 'apps/agent/dist/program.js'), 'probe-child'];
    const prober = () => Promise.resolve(namespaceProber(enter, child));
    const logger = createLogger('test', 'silent');
    watches = new RouterWatches({ machine: { prober }, logger, changed: () => undefined, everyMs: 1_000 });
  };
  beforeEach(() => watchFrom(inRouter));
  afterEach(() => watches.stop());
  afterAll(() => keepers.forEach((pid) => process.kill(pid, 'SIGKILL')));

  it('answers, no longer does, and does again', async () => {
    watches.ask([questions.peer, questions.lan, questions.port]);
    await known(true, true, true);
    await run(beyond, `ip address del ${PEER}/24 dev ${far}`);
    await known(false, true, true);
    await run(beyond, `ip address add ${PEER}/24 dev ${far}; ip address del ${PRINTER}/32 dev lo`);
    await known(true, false, false);
    await run(beyond, `ip address add ${PRINTER}/32 dev lo`);
    await known(true, true, true);
  });

  it('does not answer at a port that is closed', async () => {
    watches.ask([questions.port, { ...questions.port, port: 81 }]);
    await known(true, false);
  });

  it('is connected to by a program of our own where there is no bash', async () => {
    const without = join(await temporaryFolder('bare'), 'enter');
    const script = `#!/bin/sh\nif [ "$1" = bash ]; then echo 'failed to execute bash' >&2; exit 127; fi\nexec "$@"\n`;
    await writeFile(without, script, { mode: 0o755 });
    watchFrom([...inRouter, without]);
    watches.ask([questions.port]);
    await known(true);
  });

  it('is unknown of a peer that only another interface leads to, and nothing is sent there', async () => {
    const echoes = async () => {
      const lines = (await run(inRouter, 'grep ^Icmp: /proc/net/snmp')).split('\n').map((line) => line.split(' '));
      return Number(lines[1]?.[lines[0]?.indexOf('OutEchos') ?? 0]);
    };
    const before = await echoes();
    watches.ask([questions.peer]);
    await known(true);
    expect(await echoes()).toBeGreaterThan(before);
    await run(inRouter, `ip address del 10.99.0.7/24 dev ${near}`);
    const sent = await echoes();
    await known(undefined);
    // One may have been on its way.
    expect(await echoes()).toBeLessThanOrEqual(sent + 1);
    await run(inRouter, `ip address add 10.99.0.7/24 dev ${near}`);
    await known(true);
  });
});
