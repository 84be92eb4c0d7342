import { Network } from '@orrery/shared/contracts';
import type { Answer } from '../api/api-client.js';
import { apiPath } from '../api/paths.js';
import { ExitCode } from '../errors/exit-code.js';
import type { Context } from '../program/context.js';
import { poll } from '../waiting/poll.js';

type Seen = Pick<Answer<Network>, 'value' | 'raw'>;

/** Polls a network until its controller has it or the time is over. Also returns the exit code for the command. */
export async function untilApplied(
  { client, terminal }: Context,
  first: Seen,
  forMs: number,
): Promise<{ network: Seen; exitCode: ExitCode }> {
  const isApplied = ({ value }: Seen) => value.sync?.state !== 'pending';
  let network = first;
  if (isApplied(network)) return { network, exitCode: ExitCode.done };
  const interrupt = terminal.catchInterrupt();
  const look = async () => {
    network = await client.get(apiPath('networks', first.value.id), Network, { signal: interrupt.signal });
    return isApplied(network) || undefined;
  };
  try {
    const options = { deadline: performance.now() + forMs, signal: interrupt.signal, onAway: () => undefined };
    const came = await poll(look, options);
    return { network, exitCode: came ? ExitCode.done : ExitCode.waiting };
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    return { network, exitCode: ExitCode.interrupted };
  } finally {
    interrupt.release();
  }
}
