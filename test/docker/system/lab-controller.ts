import type { NetworkId } from '@orrery/shared/contracts';
import type { LabNode } from '../../support/zerotier/lab-world.js';
import type { Answer } from '../../support/zerotier/local-api.js';

/** Does what a person would do at the controller of a network. */
export class LabController {
  constructor(readonly node: LabNode) {}

  /** A private network with addresses of this /24. */
  async network(pool: string, change: object = {}): Promise<NetworkId> {
    const { body } = await this.post(`/controller/network/${this.node.identity.address}______`, {
      name: `lab-${pool}`,
      private: true,
      v4AssignMode: { zt: true },
      ipAssignmentPools: [{ ipRangeStart: `${pool}.10`, ipRangeEnd: `${pool}.250` }],
      routes: [{ target: `${pool}.0/24` }],
      ...change,
    });
    return (body as { id: NetworkId }).id;
  }

  async authorize(network: NetworkId, address: string, authorized = true): Promise<void> {
    await this.post(`/controller/network/${network}/member/${address}`, { authorized });
  }

  async delete(network: NetworkId): Promise<void> {
    await this.node.talk({ method: 'DELETE', path: `/controller/network/${network}` });
  }

  /** A network that could be on this controller, but is not. */
  get unknownNetwork(): NetworkId {
    return `${this.node.identity.address}ffffff`;
  }

  private post(path: string, body: object): Promise<Answer> {
    return this.node.talk({ method: 'POST', path, body });
  }
}
