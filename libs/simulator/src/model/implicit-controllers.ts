import { grant, handleRequest, newController, saveMember, saveNetwork, type Controller } from './controller.js';
import { patchMember, patchNetwork } from './controller-patch.js';
import { newMember, newNetwork } from './controller-records.js';
import { controllerOf } from './ids.js';
import type { Message, Refusal } from './messages.js';
import type { Timing } from './timing.js';

/**
 * Implicit networks, which nobody created: in a simulated world any ID can be joined. Such a network is public and assigns from
 * 10.x.y.0/24, with x and y the last two bytes of its ID (8056c2e21c000001 → 10.0.1.0/24). It is private if the last six digits of its
 * ID begin with `de` (as in "denied"), or if it is listed. Then a node stays at ACCESS_DENIED until somebody authorizes it.
 */
export interface ImplicitNetworks {
  /** How long a public network takes to answer a node's first request. */
  readonly admitAfter: number;
  readonly privateNetworks: readonly string[];
}

export const IMPLICIT_DEFAULTS: ImplicitNetworks = { admitAfter: 1_000, privateNetworks: [] };

type ConfigRequest = Extract<Message, { kind: 'config-request' }>;

export class ImplicitControllers {
  /** Networks and nodes whose first request was received. */
  private readonly heard = new Set<string>();
  private controllers: Record<string, Controller>;

  constructor(
    private readonly options: ImplicitNetworks,
    private readonly timing: Partial<Timing>,
    controllers: Readonly<Record<string, Controller>>,
  ) {
    this.controllers = { ...controllers };
  }

  /** The controllers as plain data, to keep across a restart of the process. */
  snapshot(): Readonly<Record<string, Controller>> {
    return this.controllers;
  }

  /** The answers to a request; `again` says after how many milliseconds to ask once more, because there is none yet. */
  ask(request: ConfigRequest, now: number): { readonly out: readonly Message[]; readonly again?: number } {
    const { networkId, from } = request;
    const controller = this.controllerFor(networkId, now);
    const key = `${networkId}/${from}`;
    const isNew = !this.heard.has(key) && controller.members[networkId]?.[from] === undefined;
    this.heard.add(key);
    if (isNew && !this.isPrivate(networkId)) return { out: [], again: this.options.admitAfter };
    const turn = handleRequest(controller, request, now);
    this.keep(turn.state);
    return { out: turn.out };
  }

  /** Authorizes or deauthorizes a node. An authorized node is notified at once, which spares people the wait for the next round. */
  setAuthorized(networkId: string, address: string, authorized: boolean, now: number): readonly Message[] {
    const controller = this.controllerFor(networkId, now);
    const was = controller.members[networkId]?.[address] ?? newMember(networkId, address, now);
    const member = patchMember(was, { authorized }, now);
    const saved = saveMember(controller, member);
    const network = saved.networks[networkId];
    const turn = network && authorized && was.identity !== undefined ? grant(saved, network, member) : null;
    this.keep(turn?.state ?? saved);
    return turn?.out ?? [];
  }

  /** From now on the network answers with this refusal, whatever its records say; null ends it. */
  refuse(networkId: string, refusal: Refusal | null, now: number): void {
    const controller = this.controllerFor(networkId, now);
    const { [networkId]: was, ...others } = controller.refusals;
    this.keep({ ...controller, refusals: refusal ? { ...others, [networkId]: refusal } : others });
  }

  private isPrivate(networkId: string): boolean {
    return networkId.slice(10, 12) === 'de' || this.options.privateNetworks.includes(networkId);
  }

  private keep(controller: Controller): void {
    this.controllers = { ...this.controllers, [controller.address]: controller };
  }

  private controllerFor(networkId: string, now: number): Controller {
    const address = controllerOf(networkId);
    const controller = this.controllers[address] ?? newController(address, this.timing);
    if (controller.networks[networkId]) return controller;
    const [x = 0, y = 0] = [networkId.slice(12, 14), networkId.slice(14, 16)].map((byte) => Number.parseInt(byte, 16));
    const base = `10.${String(x)}.${String(y)}`;
    const body = {
      name: `simulated-${networkId.slice(10)}`,
      private: this.isPrivate(networkId),
      v4AssignMode: { zt: true },
      ipAssignmentPools: [{ ipRangeStart: `${base}.1`, ipRangeEnd: `${base}.254` }],
      routes: [{ target: `${base}.0/24` }],
    };
    const made = saveNetwork(controller, patchNetwork(newNetwork(networkId, now), body));
    this.keep(made);
    return made;
  }
}
