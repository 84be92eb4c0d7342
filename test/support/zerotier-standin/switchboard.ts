import type { Controller } from '../../../libs/simulator/src/model/controller.js';
import { addressOfMac } from '../../../libs/simulator/src/model/ids.js';
import { EVERYBODY } from './datagram.js';

/** How long after its last packet a node counts as being in a network. */
const PRESENCE_LIFETIME = 30_000;

const isGroup = (frame: Buffer): boolean => ((frame[0] ?? 0) & 1) === 1;

/** The addressee of an Ethernet frame: a network's MAC addresses show which node they belong to. */
export function addresseeOf(frame: Buffer, networkId: string): string {
  return isGroup(frame) ? EVERYBODY : addressOfMac(frame.toString('hex', 0, 6), networkId);
}

/**
 * A root's view of which nodes are in which network, and which are allowed to be: if it has the network's controller,
 * only authorized members can communicate.
 */
export class Switchboard {
  private readonly lastSeen = new Map<string, Map<string, number>>();

  note(address: string, networks: readonly string[], now: number): void {
    for (const networkId of networks) {
      const nodes = this.lastSeen.get(networkId) ?? new Map<string, number>();
      this.lastSeen.set(networkId, nodes.set(address, now));
    }
  }

  /** The nodes that get a frame; none if its sender is not allowed to send. */
  receiversOf(networkId: string, from: string, to: string, controller: Controller | null, now: number): string[] {
    const network = controller?.networks[networkId];
    const mayTalk = (address: string): boolean =>
      !network || controller?.members[networkId]?.[address]?.authorized === true;
    if (!mayTalk(from)) return [];
    const present = [...(this.lastSeen.get(networkId) ?? [])]
      .filter(([, at]) => now - at < PRESENCE_LIFETIME)
      .map(([address]) => address);
    return present.filter((address) => address !== from && mayTalk(address) && (to === EVERYBODY || to === address));
  }
}
