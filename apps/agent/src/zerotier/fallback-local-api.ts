import type { NetworkId } from '@orrery/shared/contracts';
import { LocalApiError } from '@orrery/shared/machine';
import type { DaemonNetwork, DaemonPeer, DaemonStatus, LocalApi, NetworkFlags } from './local-api.js';

/** What is remembered of how containers of this engine are reached, so that a way that does not work is not tried for ever. */
export interface Reach {
  bridge: 'unknown' | 'works' | 'blocked';
}

/**
 * The bridge first, exec where the bridge does not lead. Once the bridge has worked, its errors are the daemon's and are believed: an
 * exec costs a hundred times as much. Where it has failed twice and exec has worked, exec stays.
 */
export class FallbackLocalApi implements LocalApi {
  constructor(
    private readonly bridge: LocalApi,
    private readonly exec: LocalApi,
    private readonly reach: Reach,
  ) {}

  status(signal?: AbortSignal): Promise<DaemonStatus> {
    return this.either((api) => api.status(signal));
  }

  networks(signal?: AbortSignal): Promise<DaemonNetwork[]> {
    return this.either((api) => api.networks(signal));
  }

  network(network: NetworkId, signal?: AbortSignal): Promise<DaemonNetwork | undefined> {
    return this.either((api) => api.network(network, signal));
  }

  peers(signal?: AbortSignal): Promise<DaemonPeer[]> {
    return this.either((api) => api.peers(signal));
  }

  join(network: NetworkId, flags: NetworkFlags, signal?: AbortSignal): Promise<void> {
    return this.either((api) => api.join(network, flags, signal));
  }

  leave(network: NetworkId, signal?: AbortSignal): Promise<void> {
    return this.either((api) => api.leave(network, signal));
  }

  private async either<T>(ask: (api: LocalApi) => Promise<T>): Promise<T> {
    if (this.reach.bridge === 'blocked') return ask(this.exec);
    try {
      const answer = await ask(this.bridge);
      this.reach.bridge = 'works';
      return answer;
    } catch (error) {
      if (!(error instanceof LocalApiError) || this.reach.bridge === 'works') throw error;
      const answer = await ask(this.exec);
      await this.judge();
      return answer;
    }
  }

  /** Exec has worked where the bridge had not. A daemon that was just starting refuses the bridge at first: it is asked once more. */
  private async judge(): Promise<void> {
    try {
      await this.bridge.status();
      this.reach.bridge = 'works';
    } catch {
      this.reach.bridge = 'blocked';
    }
  }
}
