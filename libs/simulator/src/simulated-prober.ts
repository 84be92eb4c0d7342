import { isIP } from 'node:net';
import { explain, type NodeId, type NodeKind, type ProbeTarget } from '@orrery/shared/contracts';
import { pause } from '@orrery/shared/runtime';
import {
  StepError,
  judgeAddress,
  judgeWay,
  missed,
  reached,
  type ProbeEnd,
  type Prober,
  type ProbeRun,
} from '@orrery/shared/machine';
import { contains, parseIp, parsePrefix } from './model/inet.js';
import { addressOf, type SimulatedHost } from './simulated-host.js';
import type { SimulatedDaemon } from './simulated-state.js';

/** The round trip of two messages of the model. */
const ROUND_TRIP_MS = 40;
const ELSEWHERE_MS = 1_000;

/** A node of the model reaches the addresses that other nodes have in its networks, and everything there answers. */
export function openSimulatedProber(host: SimulatedHost, node: NodeId, kind: NodeKind): Prober {
  const container = host.state.containers.find((one) => one.node === node);
  const daemon = kind === 'host' ? host.state.host : container?.state === 'running' ? container.daemon : undefined;
  if (!daemon)
    throw new StepError({
      ...explain('container-died/starting-again', {
        cause: container ? `the container is not running: it is ${container.state}` : 'there is no container',
      }),
      transient: true,
    });
  return async (run) => {
    const began = performance.now();
    const ip = ipOf(run.target);
    const end = await tryIp(host, daemon, run, ip);
    return { fix: '', ...end, address: ip ?? null, ms: Math.round(performance.now() - began) };
  };
}

async function tryIp(
  host: SimulatedHost,
  daemon: SimulatedDaemon,
  run: ProbeRun,
  ip: string | undefined,
): Promise<ProbeEnd> {
  if (ip === undefined) return missed('name-not-found', 'a simulated host knows no names');
  const refused = judgeAddress(ip);
  if (refused) return refused;
  await host.advance();
  const own = host.world.interfaces(addressOf(daemon)).flatMap(({ addresses }) => addresses);
  const isOwn = own.some((prefix) => prefix.split('/')[0] === ip);
  const refusedWay = isOwn ? judgeWay(ip, { kind: 'own' }, run.mayLeaveNetworks) : undefined;
  if (refusedWay) return refusedWay;
  if (run.mayLeaveNetworks && isBehind(host, daemon, ip)) return answer(run);
  const network = networkTowards(host, daemon, ip);
  if (network === undefined) return judgeWay(ip, { kind: 'none', cause: 'simulated' }, false) as ProbeEnd;
  if (await host.reaches(network, ip, Math.min(ELSEWHERE_MS, run.timeoutMs))) return answer(run);
  const unanswered = { received: 0, minMs: null, averageMs: null, maxMs: null };
  return missed('timed-out', `no node of the network answers for ${ip}`, {
    ...(run.target.kind === 'ping' && { ping: { sent: run.target.count, ...unanswered } }),
  });
}

/** In the LAN of a simulated router every address answers. */
function isBehind(host: SimulatedHost, daemon: SimulatedDaemon, text: string): boolean {
  const router = host.state.containers.find((one) => one.daemon === daemon)?.router ?? [];
  const ip = parseIp(text);
  return router.some(({ prefixes }) =>
    prefixes.some((one) => {
      const prefix = parsePrefix(one);
      return ip !== undefined && prefix !== undefined && contains(prefix, ip);
    }),
  );
}

function networkTowards(host: SimulatedHost, daemon: SimulatedDaemon, text: string): string | undefined {
  const ip = parseIp(text);
  const leadsTo = (target: string) => {
    const prefix = parsePrefix(target);
    return ip !== undefined && prefix !== undefined && contains(prefix, ip);
  };
  const interfaces = host.world.interfaces(addressOf(daemon));
  return interfaces.find(({ routes }) => routes.some(({ target }) => leadsTo(target)))?.networkId;
}

async function answer({ target, tell, signal }: ProbeRun): Promise<ProbeEnd> {
  const times = { minMs: ROUND_TRIP_MS, averageMs: ROUND_TRIP_MS, maxMs: ROUND_TRIP_MS };
  await pause(ROUND_TRIP_MS, signal);
  if (target.kind === 'tcp') return reached('it accepts connections', { tcp: { connectMs: ROUND_TRIP_MS } });
  if (target.kind === 'http') {
    const http = { status: 200, bytes: 0, isWhole: true, firstByteMs: ROUND_TRIP_MS, redirects: 0 };
    return reached('it answered with status 200', { http });
  }
  const { count } = target;
  for (let seq = 1; seq <= count; seq++) tell(`seq ${seq}  ${ROUND_TRIP_MS} ms`);
  return reached(`${count} of ${count} answered`, { ping: { sent: count, received: count, ...times } });
}

function ipOf(target: ProbeTarget): string | undefined {
  const host = target.kind === 'http' ? new URL(target.url).hostname.replace(/^\[|\]$/g, '') : target.host;
  return isIP(host) === 0 ? undefined : host;
}
