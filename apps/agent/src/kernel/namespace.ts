import { readFile, readlink } from 'node:fs/promises';

/**
 * Whether the engine's number names the same process here: an engine in a container of its own has another view of processes. The
 * process's control group carries the container's id.
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

/** What stands before a command that is to run in the network namespace of this process, and in no other of its namespaces. */
export const enterNetwork = (pid: number): string[] => ['nsenter', `--net=/proc/${pid}/ns/net`, '--'];
