import type { NetworkId } from '@orrery/shared/contracts';
import { LocalApiError } from '@orrery/shared/machine';
import type { DaemonNetwork, DaemonPeer, DaemonStatus, LocalApi, NetworkFlags } from './local-api.js';

/** Remembers how the containers of this engine can be reached, so that a way that fails is not retried forever. */
export interface Reach {
  bridge: 'unknown' | 'works' | 'blocked';
}

/**
 * Tries the bridge first, and exec if that fails. Once the bridge has worked, its errors count as the daemon's, because
 * an exec costs a hundred times as much. If the bridge fails twice and exec works, only exec is used from then on.
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

  /**
   * Exec worked and the bridge did not. A daemon that is just starting may refuse at first, so the bridge is tried once
   * more.
   */
  private async judge(): Promise<void> {
    try {
      await this.bridge.status();
      this.reach.bridge = 'works';
    } catch {
      this.reach.bridge = 'blocked';
    }
  }
}
