import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { enterNetwork } from './namespace.js';
import { TOOL_ENVIRONMENT } from './run-tool.js';

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
