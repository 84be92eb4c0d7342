import { readFile, readlink } from 'node:fs/promises';
import { parseProcUdp } from './proc-net.js';

/**
 * Whether the engine's process number means the same process here. An engine that runs in a container of its own
 * numbers processes differently. The process's control group carries the container's id.
 */
export async function isInOurView({ engineId, pid }: { engineId: string; pid: number }): Promise<boolean> {
  if (pid <= 0) return false;
  try {
    const [groups, theirs, ours] = await Promise.all([
      readFile(`/proc/${pid}/cgroup`, 'utf8'),
      readlink(`/proc/${pid}/ns/net`),
      readlink('/proc/self/ns/net'),
    ]);
    return groups.includes(engineId) && theirs !== ours;
  } catch {
    return false;
  }
}

/** Local ports of the TCP and UDP sockets in the network namespace of a process; empty if they cannot be read. */
export async function portsIn(pid: number): Promise<number[]> {
  const files = ['udp', 'udp6', 'tcp', 'tcp6'].map((file) =>
    readFile(`/proc/${pid}/net/${file}`, 'utf8').catch(() => ''),
  );
  return (await Promise.all(files)).flatMap(parseProcUdp);
}

interface ContainerProcess {
  engineId: string;
  pid: number;
}

/** Whether two containers share a network namespace; undefined if that cannot be seen from here. */
export async function shareNetwork(one: ContainerProcess, other: ContainerProcess): Promise<boolean | undefined> {
  const views = await Promise.all([isInOurView(one), isInOurView(other)]);
  if (views.includes(false)) return undefined;
  const namespaceOf = ({ pid }: ContainerProcess) => readlink(`/proc/${pid}/ns/net`);
  return Promise.all([namespaceOf(one), namespaceOf(other)]).then(
    ([left, right]) => left === right,
    () => undefined,
  );
}

/** The prefix of a command that runs in the network namespace of this process, but in none of its other namespaces. */
export const enterNetwork = (pid: number): string[] => ['nsenter', `--net=/proc/${pid}/ns/net`, '--'];
