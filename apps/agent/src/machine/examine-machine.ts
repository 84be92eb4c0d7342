import { access, readdir } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { NodeAddress } from '@orrery/shared/contracts';
import { describeError } from '@orrery/shared/runtime';
import type { MachineEvidence, NodeEvidence, PortHolder, Scope, Seen } from '@orrery/shared/machine';
import { readMoons } from '../docker/container-files.js';
import { seeFirewalls, seeForward } from '../kernel/host-firewall.js';
import { findPortHolder } from '../kernel/port-holder.js';
import { seeTun } from '../kernel/tun-device.js';
import { examineNodes } from './examine-nodes.js';
import { readResolvers } from './host-ground.js';
import type { RealMachineParts } from './real-machine-parts.js';

const IN_CONTAINER = 'the agent runs in a container, and cannot see this of its host';
const TOO_LATE = 'this took longer than there is time';

/**
 * Gathers the evidence of a doctor, everything at once and until the signal at most. It only reads, and starts programs
 * only for the firewall of a host with containers.
 */
export async function examineMachine(
  parts: RealMachineParts,
  scope: Scope,
  signal: AbortSignal,
): Promise<MachineEvidence> {
  const isInside = await isInContainer();
  const here = <T>(look: () => Promise<Seen<T>>): Promise<Seen<T>> =>
    isInside ? Promise.resolve({ known: false, why: IN_CONTAINER }) : inTime(look(), signal);
  const nodes = lateNodes(examineNodes(parts, scope, signal), scope, signal);
  const [engine, tun, forward, firewalls, devices, portHolder, resolver, roots, packages, examined] = await Promise.all(
    [
      inTime(engineOf(parts, signal), signal),
      here(seeTun),
      here(() => (scope.containers.length > 0 ? seeForward(signal) : Promise.resolve(NOT_ASKED))),
      here(() => seeFirewalls(signal)),
      here(() => Promise.resolve({ known: true, value: devicesNow() })),
      here(async () => portHolderOf(await nodes, signal)),
      here(resolverNow),
      inTime(rootsOf(parts.config.moonsDir), signal),
      packagesHere(),
      nodes,
    ],
  );
  return { engine, tun, forward, firewalls, devices, portHolder, resolver, roots, packages, nodes: examined };
}

const NOT_ASKED = { known: false, why: 'this host has no containers of Orrery' } as const;

/** What is not there when the time is up is unknown. */
async function inTime<T>(look: Promise<Seen<T>>, signal: AbortSignal): Promise<Seen<T>> {
  return before(
    look.catch((error: unknown) => ({ known: false, why: describeError(error) }) as const),
    signal,
    {
      known: false,
      why: TOO_LATE,
    },
  );
}

function lateNodes(look: Promise<readonly NodeEvidence[]>, { hostNode, containers }: Scope, signal: AbortSignal) {
  const unseen = { known: false, why: TOO_LATE } as const;
  const kinds = [
    { node: hostNode, kind: 'host' as const },
    ...containers.map(({ node }) => ({ node, kind: 'container' as const })),
  ];
  const late = kinds.map((one) => ({ ...one, daemon: unseen, peers: unseen, dns: unseen }));
  return before(look, signal, late);
}

async function before<T>(look: Promise<T>, signal: AbortSignal, otherwise: T): Promise<T> {
  let stop: () => void = () => undefined;
  const late = new Promise<T>((resolve) => {
    stop = () => resolve(otherwise);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([look, late]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

async function engineOf({ engine }: RealMachineParts, signal: AbortSignal): Promise<MachineEvidence['engine']> {
  const [{ version }, users] = await Promise.all([engine.info({ signal }), engine.users({ signal })]);
  return { known: true, value: { version, ...users } };
}

function devicesNow(): ReadonlyMap<string, readonly string[]> {
  const all = Object.entries(networkInterfaces());
  return new Map(all.map(([name, addresses = []]) => [name, addresses.map(({ address }) => address)]));
}

async function portHolderOf(nodes: readonly NodeEvidence[], signal: AbortSignal): Promise<Seen<PortHolder | null>> {
  const daemon = nodes.find(({ kind }) => kind === 'host')?.daemon;
  if (!daemon?.known) return { known: true, value: null };
  const { port, listeningOn } = daemon.value;
  // It goes on with its other ports, if it has any (docs/zerotier-facts.md#endpoints).
  const hasIts = !port || !listeningOn || listeningOn.some((at) => at.endsWith(`/${port}`));
  if (hasIts) return { known: true, value: null };
  const holder = await findPortHolder(port, signal);
  if (holder || listeningOn.length > 0) return { known: true, value: holder };
  // Its port may just have become free, or it runs in another network namespace than the agent.
  return { known: false, why: `nobody whom the agent can see has UDP port ${port}` };
}

/** Where zerotier-systemd-manager, and others like it, write what networkd is to know of ZeroTier's networks. */
const NETWORKD = ['/etc/systemd/network', '/run/systemd/network'];

async function resolverNow(): Promise<MachineEvidence['resolver']> {
  const files = await Promise.all(NETWORKD.map((folder) => readdir(folder).catch((): string[] => [])));
  const followsZeroTier = files.flat().some((name) => /^\d+-zt.*\.network$/.test(name));
  const servers = (await readResolvers()).map(({ address }) => address);
  return { known: true, value: { servers, followsZeroTier } };
}

async function rootsOf(folder: string | null): Promise<MachineEvidence['roots']> {
  const value: NodeAddress[][] = [];
  for (const { name, content } of await readMoons(folder)) {
    const roots = rootsOfMoon(content);
    if (!roots) return { known: false, why: `${name} is not a moon that the agent can read` };
    value.push(roots);
  }
  return { known: true, value };
}

const MOON = 127;
/** The fields before the roots: type, ID, timestamp, key and signature. */
const HEAD = 1 + 8 + 8 + 64 + 96;
const KEY_BYTES = 64;
/** Bytes of an endpoint by its type: none, IPv4, IPv6. */
const ENDPOINT_BYTES = new Map([
  [0, 1],
  [4, 7],
  [6, 19],
]);

/** The addresses of the roots in a moon's file (World.hpp and Identity.hpp of zerotier-one); undefined if it is not one. */
export function rootsOfMoon(content: Uint8Array): NodeAddress[] | undefined {
  const bytes = Buffer.from(content);
  const roots: NodeAddress[] = [];
  if (bytes[0] !== MOON) return undefined;
  let at = HEAD + 1;
  for (let left = bytes[HEAD] ?? 0; left > 0; left--) {
    const address = NodeAddress.safeParse(bytes.toString('hex', at, at + 5));
    // Each root has an address, a type, a key and no private key.
    const [type, secret] = [bytes[at + 5], bytes[at + 6 + KEY_BYTES]];
    if (!address.success || type !== 0 || secret !== 0) return undefined;
    roots.push(address.data);
    at += 5 + 1 + KEY_BYTES + 1;
    const endpoints = bytes[at++] ?? 0;
    for (let n = 0; n < endpoints; n++) {
      const length = ENDPOINT_BYTES.get(bytes[at] ?? -1);
      if (length === undefined) return undefined;
      at += length;
    }
  }
  return at <= bytes.length && roots.length > 0 ? roots : undefined;
}

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

/** Docker and Podman leave these in each of their containers. */
const isInContainer = async () => (await Promise.all(['/.dockerenv', '/run/.containerenv'].map(isThere))).some(Boolean);

const PACKAGES = { apt: 'apt-get', dnf: 'dnf', zypper: 'zypper', apk: 'apk', pacman: 'pacman' } as const;

async function packagesHere(): Promise<MachineEvidence['packages']> {
  for (const [name, program] of Object.entries(PACKAGES) as [keyof typeof PACKAGES, string][])
    for (const folder of ['/usr/bin', '/sbin']) if (await isThere(`${folder}/${program}`)) return name;
  return undefined;
}
