import { createSocket } from 'node:dgram';
import type { NodeAddress, NodeId } from '@orrery/shared/contracts';
import { pause } from '@orrery/shared/runtime';
import { DAEMON_HOME } from '../docker/container-profile.js';
import type { InspectedContainer } from '../docker/inspected.js';
import { neighbourhoodOf } from '../docker/neighbours.js';
import { namespaceOwner } from '../docker/profile-match.js';
import type { ArchiveEntry } from '../docker/tar-archive.js';
import { beaconOf, peerFile } from '../pure/peer-file.js';
import type { RealMachineParts } from './real-machine-parts.js';

const EVERY_MS = 50;
/** The local API can answer a moment before the daemon has its UDP socket. */
const AFTERWARDS_MS = 300;

/** The nodes to mention to a daemon that is about to start, and where it will listen. */
export interface Introductions {
  addresses: NodeAddress[];
  /** They go into its home before it starts. */
  files: ArchiveEntry[];
  ips: string[];
}

interface Starting {
  node: NodeId;
  /** The engine's id of its workload. */
  workload: string;
  /** The container to put the files into at once. */
  put?: string;
}

/**
 * Where the other nodes of this host are on the networks of an attachment's workload. They look for it in its old place
 * for up to four minutes otherwise, if the workload has another bridge address than before: they must hear from it
 * first, and it does not know them (docs/adr/0037). Failing at this fails no start.
 */
export async function introductionsFor(
  { engine, config, identities, logger }: RealMachineParts,
  { node, workload, put }: Starting,
  signal: AbortSignal,
): Promise<Introductions | undefined> {
  try {
    const listed = await engine.containers.listed({}, { signal });
    const { addresses: ips, neighbours } = neighbourhoodOf(workload, node, config.host, listed);
    const known = await Promise.all(
      neighbours.map(async ({ node: other, endpoints }) => {
        const secrets = await identities.get(other);
        const content = secrets && peerFile(secrets.identityPublic, endpoints);
        return content ? [{ address: secrets.address, content }] : [];
      }),
    );
    const met = known.flat();
    if (met.length === 0) return undefined;
    const files = filesOf(met);
    if (put !== undefined) await engine.files.put(put, files, { signal });
    return { addresses: met.map(({ address }) => address), files, ips };
  } catch (error) {
    signal.throwIfAborted();
    logger.warn({ event: 'docker.neighbours', err: error }, 'cannot introduce the other nodes to an attachment');
    return undefined;
  }
}

/** The same before a container starts again: what is in its home is from its last start. */
export async function introduceAgain(
  parts: RealMachineParts,
  node: NodeId,
  { Id, HostConfig }: InspectedContainer,
  signal: AbortSignal,
): Promise<Introductions | undefined> {
  const workload = namespaceOwner(HostConfig.NetworkMode);
  return workload === undefined ? undefined : introductionsFor(parts, { node, workload, put: Id }, signal);
}

const filesOf = (met: readonly { address: NodeAddress; content: Uint8Array }[]): ArchiveEntry[] => {
  const folder = `${DAEMON_HOME.slice(1)}/peers.d/`;
  return [
    { path: folder, mode: 0o700 },
    ...met.map(({ address, content }) => ({ path: `${folder}${address}.peer`, mode: 0o600, content })),
  ];
};

/**
 * Makes the daemon look for the nodes that were introduced, again and again until `started` has settled and a moment
 * longer. Where the agent does not reach the bridge, nothing happens.
 */
export async function mention<T>(
  { addresses, ips }: Pick<Introductions, 'addresses' | 'ips'>,
  port: number,
  started: Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const socket = createSocket('udp4');
  socket.on('error', () => undefined);
  const over = new AbortController();
  const until = AbortSignal.any([over.signal, signal]);
  const beacons = addresses.map(beaconOf);
  const sending = (async () => {
    while (!until.aborted) {
      for (const ip of ips) for (const beacon of beacons) socket.send(beacon, port, ip, () => undefined);
      await pause(EVERY_MS, until);
    }
  })();
  try {
    const result = await started;
    await pause(AFTERWARDS_MS, signal);
    return result;
  } finally {
    over.abort();
    await sending;
    socket.close();
  }
}
