import { spawn } from 'node:child_process';
import { timeoutSignal } from '@orrery/shared/timeouts';

/** The program is not installed on this machine. */
export class ToolMissing extends Error {
  constructor(tool: string, origin: unknown) {
    super(`there is no ${tool} on this machine`, { cause: origin });
    this.name = 'ToolMissing';
  }
}

/** The PATH of ordinary users often lacks sbin. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/run/current-system/sw/bin';
export const TOOL_ENVIRONMENT = { PATH, LC_ALL: 'C' };
const TOOL_MS = 3_000;
const MAX_BYTES = 8 * 1024 * 1024;

/** Runs a program on this machine without a shell and returns its output; kills it when its time is up. */
export function runTool(command: readonly string[], input: string, signal?: AbortSignal): Promise<string> {
  const [tool = '', ...args] = command;
  const late = timeoutSignal(TOOL_MS);
  return new Promise((resolve, reject) => {
    const child = spawn(tool, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      killSignal: 'SIGKILL',
      signal: signal ? AbortSignal.any([late, signal]) : late,
      env: TOOL_ENVIRONMENT,
    });
    let printed = '';
    let complained = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      if (printed.length > MAX_BYTES) child.kill('SIGKILL');
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complained = (complained + text).slice(-2000)));
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') reject(new ToolMissing(tool, error));
      else reject(late.aborted ? new Error(`${tool} did not end within ${TOOL_MS} ms`) : error);
    });
    child.on('close', (code) => {
      if (code === 0) resolve(printed);
      else reject(new Error(`${tool} ended with ${code}: ${complained.trim()}`));
    });
    // It is not our error if the program ends before it has read its input.
    child.stdin.on('error', () => undefined).end(input);
  });
}
