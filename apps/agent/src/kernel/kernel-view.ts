import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { explain, type ObservedInterface } from '@orrery/shared/contracts';
import { describeError } from '@orrery/shared/runtime';
import { StepError } from '@orrery/shared/machine';
import type { RunInside } from '../docker/engine-exec.js';
import { FollowedNamespace } from './followed-namespace.js';
import type { Matters } from './namespace-view.js';
import { deviceTowards, parseDevice, parseHostRoutes, readHostRoutes, type HostRoute } from './host-routes.js';
import { IP_BATCH, parseIpBatch } from './ip-json.js';
import { enterNetwork, isInOurView } from './namespace.js';
import { markOf, parseProcNet, parseProcUdp, PROC_NET_SCRIPT } from './proc-net.js';
import { runTool, ToolMissing } from './run-tool.js';

export interface ContainerNamespace {
  engineId: string;
  /** As numbered on the engine's machine. */
  pid: number;
  startedAt: string;
  run: RunInside;
}

type Running = Omit<ContainerNamespace, 'run'>;

/**
 * The `zt…` devices of a network namespace as its kernel shows them. There are four ways in, cheapest first: a shell
 * that stays in the namespace and reports changes; `ip` through nsenter; `ip` through exec; /proc and /sys through
 * exec. A way that this agent cannot use at all is not tried again.
 */
export class KernelView {
  private canEnter = process.platform === 'linux';
  /** Containers whose image has no `ip` that can print JSON. */
  private readonly withoutIp = new Set<string>();
  private readonly containers = new Map<string, { run: string; since: number; namespace: FollowedNamespace }>();
  private readonly own: FollowedNamespace;
  private isClosed = false;
  private hostChanged: () => void = () => undefined;

  constructor() {
    this.own = new FollowedNamespace([], mattersToHost, () => this.hostChanged());
  }

  /** From now on, calls `changed` when something changes in the host's own namespace. */
  followHost(changed: () => void): void {
    this.hostChanged = changed;
    if (process.platform === 'linux' && !this.isClosed) this.own.open();
  }

  /** The host's own namespace, which the agent shares. */
  async host(signal?: AbortSignal): Promise<ObservedInterface[]> {
    const followed = await this.askOwn(IP_BATCH, parseIpBatch);
    if (followed) return followed;
    try {
      return parseIpBatch(await runTool(['ip', '-json', '-batch', '-'], IP_BATCH, signal));
    } catch (error) {
      if (!(error instanceof ToolMissing)) throw unreadable(error);
      return parseProcNet(await runTool(['sh', '-c', PROC_NET_SCRIPT], '', signal).catch(rethrowUnreadable));
    }
  }

  /** Local ports of the UDP sockets in the host's own namespace; empty if they cannot be read. */
  async udpPorts(): Promise<number[]> {
    const texts = ['udp', 'udp6'].map((file) => readFile(`/proc/net/${file}`, 'utf8').catch(() => ''));
    return (await Promise.all(texts)).flatMap(parseProcUdp);
  }

  async hostRoutes(): Promise<HostRoute[]> {
    return (await this.askOwn('route show table all\n', parseHostRoutes)) ?? readHostRoutes();
  }

  /** Over which device an address is reached now; undefined: the kernel knows no way, or cannot be asked. */
  async deviceTowards(address: string): Promise<string | undefined> {
    if (!isIP(address)) return undefined;
    return (await this.askOwn(`route get ${address}\n`, parseDevice)) ?? deviceTowards(address);
  }

  async container(
    namespace: ContainerNamespace,
    changed: () => void,
    signal?: AbortSignal,
  ): Promise<ObservedInterface[]> {
    const followed = await (await this.followed(namespace, changed))?.ask(IP_BATCH, parseIpBatch);
    if (followed) return followed;
    if (this.canEnter && (await isInOurView(namespace))) {
      try {
        const command = [...enterNetwork(namespace.pid), 'ip', '-json', '-batch', '-'];
        return parseIpBatch(await runTool(command, IP_BATCH, signal));
      } catch (error) {
        signal?.throwIfAborted();
        // The process may simply have ended. Give up on this way only if it is never permitted.
        if (error instanceof ToolMissing || /not permitted|denied/i.test(describeError(error))) this.canEnter = false;
      }
    }
    return this.byExec(namespace, signal);
  }

  /** Calls `changed` for changes in a running container until it stops, if this agent can enter its namespace. */
  async follow(running: Running, changed: () => void): Promise<void> {
    (await this.followed(running, changed))?.open();
  }

  /** Whether changes are reported in the host's namespace and in those of all these containers. */
  follows(engineIds: readonly string[]): boolean {
    return this.own.isFollowed && engineIds.every((id) => this.containers.get(id)?.namespace.isFollowed);
  }

  /** Number of changes in a container's namespace; undefined if changes are not reported. */
  changes(engineId: string): number | undefined {
    return this.containers.get(engineId)?.namespace.changes;
  }

  /** Closes the views of all containers except those that were running when they were listed. */
  keep(engineIds: ReadonlySet<string>, listedAt: number): void {
    for (const [id, { namespace, since }] of this.containers) {
      if (engineIds.has(id) || since > listedAt) continue;
      namespace.close();
      this.containers.delete(id);
    }
  }

  close(): void {
    this.isClosed = true;
    this.own.close();
    this.keep(new Set(), Infinity);
  }

  private async askOwn<T>(commands: string, read: (printed: string) => T): Promise<T | undefined> {
    if (process.platform !== 'linux' || this.isClosed) return undefined;
    return this.own.ask(commands, read);
  }

  /** Undefined if this agent cannot enter the namespace. */
  private async followed({ engineId, pid, startedAt }: Running, changed: () => void) {
    const run = `${pid} ${startedAt}`;
    const held = this.containers.get(engineId);
    if (held?.run === run) return held.namespace;
    if (!this.canEnter || this.isClosed || !(await isInOurView({ engineId, pid })) || this.isClosed) return undefined;
    const meanwhile = this.containers.get(engineId);
    if (meanwhile?.run === run) return meanwhile.namespace;
    meanwhile?.namespace.close();
    const matters: Matters = (line) => (ZEROTIER.test(line) ? 'hint' : 'nothing');
    const namespace = new FollowedNamespace(enterNetwork(pid), matters, changed, () => markOf(pid));
    this.containers.set(engineId, { run, since: performance.now(), namespace });
    return namespace;
  }

  private async byExec({ engineId, run }: ContainerNamespace, signal?: AbortSignal): Promise<ObservedInterface[]> {
    if (!this.withoutIp.has(engineId)) {
      const script = `printf '${IP_BATCH.replaceAll('\n', '\\n')}' | ip -json -batch -`;
      const { stdout, exitCode } = await run(['sh', '-c', script], signal);
      if (exitCode === 0) return parseIpBatch(stdout);
      this.withoutIp.add(engineId);
    }
    const { stdout, stderr } = await run(['sh', '-c', PROC_NET_SCRIPT], signal);
    try {
      return parseProcNet(stdout);
    } catch (error) {
      throw unreadable(error, stderr);
    }
  }
}

const rethrowUnreadable = (error: unknown): never => {
  throw unreadable(error);
};

function unreadable(error: unknown, said = ''): StepError {
  return new StepError({
    ...explain('unexpected/no-iproute', {
      cause: `cannot read the kernel's interfaces: ${describeError(error)} ${said}`.trim(),
    }),
    transient: true,
    origin: error,
  });
}

const ZEROTIER = /\szt/;
/** Containers come and go with devices and routes of their own, and nobody waits for those. */
const ROUTE = /\sdev\s/;
const mattersToHost: Matters = (line) => {
  if (ZEROTIER.test(line)) return 'hint';
  if (!ROUTE.test(line) || /^(Deleted )?\d+: |\sdev veth|fe80::|ff00::/.test(line)) return 'nothing';
  return /\sdev (br-|docker)/.test(line) ? 'change' : 'hint';
};
