import { arch, cpus, loadavg, release, totalmem, type } from 'node:os';
import { STANDIN_IMAGE, type LabEngine } from '../test/support/zerotier/lab-engine.js';

export interface AboutMachine {
  processor: string;
  processors: number;
  memoryGb: number;
  system: string;
  /** The load of the minute before measuring. Above the number of processors, something else was running too. */
  load: number;
  versions: Record<string, string>;
  zerotier: { image: string; isStandIn: boolean };
}

/** The machine that the figures come from, without which they mean nothing. `more`: further versions by name. */
export async function aboutMachine(engine: LabEngine, more: Record<string, string>): Promise<AboutMachine> {
  const [first] = cpus();
  const { Version, Components = [] } = await engine.docker.version();
  const containerd = Components.find(({ Name }) => Name === 'containerd')?.Version;
  return {
    processor: first?.model.trim() ?? 'unknown',
    processors: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()} ${arch()}`,
    load: loadavg()[0] ?? 0,
    versions: { node: process.versions.node, docker: Version, ...(containerd ? { containerd } : {}), ...more },
    zerotier: { image: engine.image, isStandIn: engine.image === STANDIN_IMAGE },
  };
}
