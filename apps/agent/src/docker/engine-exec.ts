import { z } from 'zod';
import type { CallOptions, EngineConnection } from './engine-connection.js';
import { readFrames, type Output } from './stream-frames.js';

const EXEC_MS = 8_000;
const MAX_BYTES = 4 * 1024 * 1024;
const Ended = z.object({ ExitCode: z.number().nullable() });

export type ExecResult = Output & { exitCode: number };
/** Runs a command inside one container. */
export type RunInside = (command: string[], signal?: AbortSignal) => Promise<ExecResult>;

/** Runs a command in a container, without a terminal or input. */
export async function execInside(
  connection: EngineConnection,
  id: string,
  command: string[],
  options: CallOptions = {},
): Promise<ExecResult> {
  const doing = `running ${command[0]} in container ${id.slice(0, 12)}`;
  return connection.call(
    { doing },
    async (abortSignal) => {
      const container = connection.docker.getContainer(id);
      const exec = await container.exec({
        Cmd: command,
        User: '0:0',
        AttachStdout: true,
        AttachStderr: true,
        abortSignal,
      });
      const stream = await exec.start({ Detach: false, Tty: false, abortSignal });
      const output = await readFrames(stream, MAX_BYTES, abortSignal);
      const { ExitCode } = Ended.parse(await exec.inspect({ abortSignal }));
      return { ...output, exitCode: ExitCode ?? -1 };
    },
    { ms: EXEC_MS, ...options },
  );
}
