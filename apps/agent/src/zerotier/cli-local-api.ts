import type { NetworkId } from '@orrery/shared/contracts';
import { z } from 'zod';
import { LocalApiError } from '@orrery/shared/machine';
import type { RunInside } from '../docker/engine-exec.js';
import { DaemonNetwork, DaemonPeer, DaemonStatus, readAnswer, type LocalApi, type NetworkFlags } from './local-api.js';

/**
 * The local API through `zerotier-cli` in the container, for use where its bridge address cannot be reached. The CLI
 * reads the token from the home, so it appears in no argument list.
 */
export class CliLocalApi implements LocalApi {
  constructor(private readonly run: RunInside) {}

  async status(signal?: AbortSignal): Promise<DaemonStatus> {
    return readAnswer(DaemonStatus, await this.cli(['info'], signal), 'info');
  }

  async networks(signal?: AbortSignal): Promise<DaemonNetwork[]> {
    return readAnswer(z.array(DaemonNetwork), await this.cli(['listnetworks'], signal), 'listnetworks');
  }

  async network(network: NetworkId, signal?: AbortSignal): Promise<DaemonNetwork | undefined> {
    return (await this.networks(signal)).find(({ nwid }) => nwid === network);
  }

  async peers(signal?: AbortSignal): Promise<DaemonPeer[]> {
    return readAnswer(z.array(DaemonPeer), await this.cli(['listpeers'], signal), 'listpeers');
  }

  /** The CLI is slow and accepts one setting at a time, so only those that differ are set; restrictions come first. */
  async join(network: NetworkId, flags: NetworkFlags, signal?: AbortSignal): Promise<void> {
    await this.cli(['join', network], signal);
    const joined = await this.network(network, signal);
    const settings = (Object.entries(flags) as [keyof NetworkFlags, boolean][])
      .filter(([key, value]) => joined && joined[key] !== value)
      .sort(([, left], [, right]) => Number(left) - Number(right));
    for (const [key, value] of settings) await this.cli(['set', network, `${key}=${value ? '1' : '0'}`], signal);
  }

  async leave(network: NetworkId, signal?: AbortSignal): Promise<void> {
    await this.cli(['leave', network], signal);
  }

  private async cli(args: string[], signal?: AbortSignal): Promise<unknown> {
    const { stdout, stderr, exitCode } = await this.run(['zerotier-cli', '-j', ...args], signal);
    const said = `zerotier-cli ${args[0]}: ${(stderr.trim() || stdout.trim()).slice(0, 200) || `exit ${exitCode}`}`;
    if (/^401\b|authtoken\.secret/.test(stdout.trim() || stderr.trim())) throw new LocalApiError('unauthorized', said);
    if (/Error connecting/.test(stdout + stderr)) throw new LocalApiError('refused', said);
    if (exitCode !== 0) throw new LocalApiError(exitCode === 126 || exitCode === 127 ? 'unreachable' : 'garbage', said);
    try {
      return JSON.parse(stdout) as unknown;
    } catch (error) {
      throw new LocalApiError('garbage', said, error);
    }
  }
}
