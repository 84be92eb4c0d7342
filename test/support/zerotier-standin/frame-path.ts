import { visibleMemberships } from '../../../libs/simulator/src/model/daemon-networks.js';
import { isRoot } from '../../../libs/simulator/src/model/daemon.js';
import type { Node } from '../../../libs/simulator/src/model/node.js';
import { EVERYBODY, type Datagram, type Presence } from './datagram.js';
import { Introductions } from './introductions.js';
import { addresseeOf, Switchboard } from './switchboard.js';
import type { Underlay } from './underlay.js';

type Frame = Extract<Datagram, { type: 'frame' }>;

interface Surroundings {
  readonly self: string;
  readonly node: () => Node;
  readonly underlay: () => Underlay | null;
  readonly deliver: (networkId: string, frame: Buffer) => void;
}

/**
 * The path of an Ethernet frame: out of a device to the root, which alone decides who gets it, and into the others'
 * devices.
 */
export class FramePath {
  private readonly switchboard = new Switchboard();
  private readonly introductions: Introductions;

  constructor(private readonly around: Surroundings) {
    this.introductions = new Introductions(around.self);
  }

  /** A member without a configuration has nothing to send yet; a refused one finds out at the root. */
  fromDevice(networkId: string, frame: Buffer): void {
    const { daemon } = this.around.node();
    if (!daemon.memberships[networkId]?.config) return;
    const to = addresseeOf(frame, networkId);
    const datagram: Frame = { type: 'frame', from: this.around.self, to, networkId, frame };
    if (isRoot(daemon)) this.spread(datagram);
    else this.around.underlay()?.sendThroughRoot(datagram);
  }

  fromUnderlay(datagram: Frame): void {
    if (isRoot(this.around.node().daemon)) this.spread(datagram);
    else if (datagram.to === this.around.self || datagram.to === EVERYBODY) this.deliver(datagram);
  }

  present(address: string, { networks, endpoints }: Presence): void {
    this.switchboard.note(address, networks, Date.now());
    this.introductions.note(address, endpoints);
  }

  /** Informs the roots, and this node itself, in which networks it has an interface with a configuration. */
  announce(): void {
    const { daemon, listeningOn } = this.around.node();
    const joined = visibleMemberships(daemon).filter((membership) => membership.config !== null);
    const about = { networks: joined.map((membership) => membership.networkId), endpoints: listeningOn };
    this.present(this.around.self, about);
    this.around.underlay()?.sendToRoots((to) => ({ type: 'presence', from: this.around.self, to, about }));
  }

  private spread(datagram: Frame): void {
    const { controller } = this.around.node();
    const { networkId, from, to } = datagram;
    for (const receiver of this.switchboard.receiversOf(networkId, from, to, controller, Date.now())) {
      if (receiver === this.around.self) this.deliver(datagram);
      else this.around.underlay()?.pass(datagram, receiver);
      if (to !== EVERYBODY) this.introduce(from, receiver);
    }
  }

  private introduce(one: string, other: string): void {
    const underlay = this.around.underlay();
    if (!underlay) return;
    const letters = this.introductions.between(one, other, (address) => underlay.whereIs(address), Date.now());
    for (const letter of letters) underlay.pass(letter, letter.to);
  }

  private deliver(datagram: Frame): void {
    if (this.around.node().daemon.memberships[datagram.networkId]?.config) {
      this.around.deliver(datagram.networkId, datagram.frame);
    }
  }
}
