import type { NetworkId } from '@orrery/shared/contracts';
import { z } from 'zod';
import { LocalApiError, type LocalHttp, type Question } from '@orrery/shared/machine';
import { DaemonNetwork, DaemonPeer, DaemonStatus, readAnswer, type LocalApi, type NetworkFlags } from './local-api.js';

/** zerotier-one's local API over its HTTP. */
export class HttpLocalApi implements LocalApi {
  constructor(private readonly http: LocalHttp) {}

  async status(signal?: AbortSignal): Promise<DaemonStatus> {
    return readAnswer(DaemonStatus, await this.ask({ method: 'GET', path: '/status', signal }), 'GET /status');
  }

  async networks(signal?: AbortSignal): Promise<DaemonNetwork[]> {
    const answer = await this.ask({ method: 'GET', path: '/network', signal });
    return readAnswer(z.array(DaemonNetwork), answer, 'GET /network');
  }

  async network(network: NetworkId, signal?: AbortSignal): Promise<DaemonNetwork | undefined> {
    const path = `/network/${network}`;
    const answer = await this.ask({ method: 'GET', path, signal }, [200, 404]);
    return answer === undefined ? undefined : readAnswer(DaemonNetwork, answer, `GET ${path}`);
  }

  async peers(signal?: AbortSignal): Promise<DaemonPeer[]> {
    return readAnswer(z.array(DaemonPeer), await this.ask({ method: 'GET', path: '/peer', signal }), 'GET /peer');
  }

  async join(network: NetworkId, flags: NetworkFlags, signal?: AbortSignal): Promise<void> {
    await this.ask({ method: 'POST', path: `/network/${network}`, body: flags, signal });
  }

  /** Releases up to 1.10 answer 404 if the network is not joined. */
  async leave(network: NetworkId, signal?: AbortSignal): Promise<void> {
    await this.ask({ method: 'DELETE', path: `/network/${network}`, signal }, [200, 404]);
  }

  /** The body of an answer with an expected status; undefined for a 404. */
  private async ask(question: Question, expected: number[] = [200]): Promise<unknown> {
    const { status, body } = await this.http.ask(question);
    if (!expected.includes(status))
      throw new LocalApiError('garbage', `zerotier-one answered ${status} to ${question.method} ${question.path}`);
    return status === 404 ? undefined : body;
  }
}
