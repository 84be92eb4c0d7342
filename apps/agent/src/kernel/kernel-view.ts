import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { ObservedInterface } from '@orrery/shared/contracts';
import { describeError } from '@orrery/shared/runtime';
import { StepError } from '@orrery/shared/machine';
import type { RunInside } from '../docker/engine-exec.js';
import { IP_BATCH, parseIpBatch } from './ip-json.js';
import { enterNetwork, isInOurView } from './namespace.js';
import { parseProcNet, PROC_NET_SCRIPT } from './proc-net.js';
import { runTool, ToolMissing, TOOL_ENVIRONMENT } from './run-tool.js';

export interface ContainerNamespace {
  engineId: string;
  /** As the engine's machine numbers it. */
  pid: number;
  run: RunInside;
}

/**
 * The `zt…` devices of a network namespace as its kernel shows them. Three ways in, the cheapest first: `ip` in the namespace by
 * nsenter; `ip` by exec; /proc and /sys by exec. A way that this agent cannot go at all is not tried again.
 */
export class KernelView {
  private canEnter = process.platform === 'linux';
  /** Containers whose image has no `ip` that prints JSON. */
  private readonly withoutIp = new Set<string>();

  /** The host's own namespace, which is the agent's. */
  async host(signal?: AbortSignal): Promise<ObservedInterface[]> {
    try {
      return parseIpBatch(await runTool(['ip', '-json', '-batch', '-'], IP_BATCH, signal));
    } catch (error) {
      if (!(error instanceof ToolMissing)) throw unreadable(error);
      return parseProcNet(await runTool(['sh', '-c', PROC_NET_SCRIPT], '', signal).catch(rethrowUnreadable));
    }
  }

  async container(namespace: ContainerNamespace, signal?: AbortSignal): Promise<ObservedInterface[]> {
    if (this.canEnter && (await isInOurView(namespace))) {
      try {
        const command = [...enterNetwork(namespace.pid), 'ip', '-json', '-batch', '-'];
        return parseIpBatch(await runTool(command, IP_BATCH, signal));
      } catch (error) {
        signal?.throwIfAborted();
        // The process may just have ended; only what no process of ours may do is given up.
        if (error instanceof ToolMissing || /not permitted|denied/i.test(describeError(error))) this.canEnter = false;
      }
    }
    return this.byExec(namespace, signal);
  }

  /** Hints at addresses that come and go in a container which has just started, where this agent can enter its namespace. */
  async hints(
    { engineId, pid }: Omit<ContainerNamespace, 'run'>,
    hint: () => void,
    signal: AbortSignal,
  ): Promise<void> {
    if (this.canEnter && (await isInOurView({ engineId, pid }))) hintAtAddresses(pid, hint, signal);
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
    code: 'unexpected',
    cause: `the kernel's view of the interfaces cannot be read: ${describeError(error)} ${said}`.trim(),
    fix: 'Install iproute2 (the command `ip`) on this host.',
    transient: true,
    origin: error,
  });
}

/** A daemon that knows its controller takes its addresses within a second of its start, one that does not within ten. */
const SECONDS = 15;

/**
 * Calls back when the kernel gives or takes an address of a `zt…` device in the network namespace of a process, for the first seconds
 * of a container. These are hints: where there are none, the next look sees it too. The tool ends by itself, also when this agent is killed.
 */
export function hintAtAddresses(pid: number, hint: () => void, signal: AbortSignal): void {
  const monitor = [...enterNetwork(pid), 'ip', '-oneline', 'monitor', 'address'];
  const child = spawn('timeout', [String(SECONDS), ...monitor], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: TOOL_ENVIRONMENT,
    signal,
  });
  child.on('error', () => undefined);
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (/\szt/.test(line)) hint();
  });
}
