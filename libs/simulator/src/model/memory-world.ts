import type { Controller } from './controller.js';
import { networkFilesOf, type Daemon, type Turn } from './daemon.js';
import { changeMembership } from './daemon-networks.js';
import { heardFrom } from './daemon-receive.js';
import { mayLeave, type Elsewhere } from './elsewhere.js';
import type { HttpAnswer, HttpRequest } from './http/http-message.js';
import { serve } from './http/local-api.js';
import { controllerOf } from './ids.js';
import { IMPLICIT_DEFAULTS, ImplicitControllers, type ImplicitNetworks } from './implicit-controllers.js';
import { interfaceOf, interfacesOf, type KernelInterface } from './kernel-view.js';
import type { Message, Refusal } from './messages.js';
import { Mailbox } from './mailbox.js';
import { statusOf } from './membership.js';
import { PLANET } from './moon.js';
import { advanceNode, nodeNextTaskAt, receiveAtNode, startNode, type Node, type NodeSetup } from './node.js';
import type { Timing } from './timing.js';

export interface WorldOptions {
  readonly now: number;
  /** One way, in milliseconds. */
  readonly latency?: number;
  readonly timing?: Partial<Timing>;
  /** Null: a network whose controller is not in this world never answers. */
  readonly implicit?: Partial<ImplicitNetworks> | null;
  /** False: a closed world, in which the planet's roots do not answer. */
  readonly planet?: boolean;
  /** The result of `controllers()` before a restart. */
  readonly controllers?: Readonly<Record<string, Controller>>;
  /** Omitted: this is the only world. */
  readonly elsewhere?: Elsewhere | null;
}

/**
 * Several daemons and controllers in memory, on virtual or real time: things happen only in `advance(now)` and `handle`. Everybody
 * reaches everybody and the planet's roots, except nodes that are paused (messages wait) or cut off (messages are lost).
 */
export class MemoryWorld {
  private readonly nodes = new Map<string, Node>();
  private readonly implicit: ImplicitControllers | null;
  private readonly mailbox: Mailbox;
  private readonly cutOff = new Set<string>();
  private readonly paused = new Set<string>();
  private clock: number;
  private draws = 0;

  constructor(private readonly options: WorldOptions) {
    this.clock = options.now;
    this.mailbox = new Mailbox(options.latency ?? 20);
    const rules = options.implicit === null ? null : { ...IMPLICIT_DEFAULTS, ...options.implicit };
    this.implicit = rules && new ImplicitControllers(rules, options.timing ?? {}, options.controllers ?? {});
  }

  get now(): number {
    return this.clock;
  }

  /** Starts a daemon now; pass the files of an earlier run to restart one. */
  start(setup: Omit<NodeSetup, 'now'>): string {
    const { address } = setup.identity;
    const timing = { ...this.options.timing, ...setup.timing };
    this.nodes.set(address, startNode({ listeningOn: ['192.0.2.1/9993'], ...setup, timing, now: this.clock }));
    this.announce(address);
    return address;
  }

  /** Stops a daemon and returns its networks.d. Messages on their way to it are lost. */
  stop(address: string): Record<string, string> {
    const files = this.networkFiles(address);
    this.nodes.delete(address);
    this.mailbox.dropFor(address);
    return files;
  }

  /** Null: the daemon never answers this request. Throws when no such daemon is running. */
  handle(address: string, request: HttpRequest): HttpAnswer | null {
    this.draws = (this.draws * 16807 + 12345) % 2147483647;
    const served = serve(this.nodeAt(address), request, this.clock, this.draws / 2147483647);
    this.nodes.set(address, served.node);
    this.announce(address);
    this.post(served.out);
    return served.answer;
  }

  interfaces(address: string): KernelInterface[] {
    return interfacesOf(this.nodeAt(address).daemon);
  }

  /** Whether a running node here has this IP address in the network, and is reachable. */
  hasAddress(networkId: string, ip: string): boolean {
    return [...this.nodes].some(([address, { daemon }]) => {
      const membership = daemon.memberships[networkId];
      if (!membership || statusOf(membership) !== 'OK') return false;
      if (this.paused.has(address) || this.cutOff.has(address)) return false;
      return interfaceOf(daemon, membership).addresses.some((prefix) => prefix.split('/')[0] === ip);
    });
  }

  networkFiles(address: string): Record<string, string> {
    return networkFilesOf(this.nodeAt(address).daemon);
  }

  daemon(address: string): Daemon {
    return this.nodeAt(address).daemon;
  }

  /** The controller inside the daemon. */
  controllerAt(address: string): Controller | null {
    return this.nodeAt(address).controller;
  }

  /** Receives a message from another world, without further delay. One for a node that is not here is lost. */
  receive(message: Message, now: number): void {
    this.advance(now);
    if (this.paused.has(message.to)) this.mailbox.post([message], this.clock);
    else if (this.nodes.has(message.to)) this.deliver(message);
  }

  /** The implicit controllers as plain data, to keep across a restart of the process. */
  controllers(): Readonly<Record<string, Controller>> {
    return this.implicit?.snapshot() ?? {};
  }

  /** When something happens next by itself. */
  nextTaskAt(): number {
    const awake = [...this.nodes].filter(([address]) => !this.paused.has(address));
    return Math.min(this.mailbox.nextAt(this.paused), ...awake.map(([, node]) => nodeNextTaskAt(node)));
  }

  advance(now: number): void {
    for (let at = this.nextTaskAt(); at <= now; at = this.nextTaskAt()) {
      this.clock = Math.max(this.clock, at);
      for (const [address, node] of this.nodes) {
        if (!this.paused.has(address)) this.settle(address, advanceNode(node, this.clock));
      }
      for (const message of this.mailbox.take(this.clock, this.paused)) this.deliver(message);
    }
    this.clock = Math.max(this.clock, now);
  }

  pause(address: string): void {
    this.paused.add(address);
  }

  resume(address: string): void {
    this.paused.delete(address);
  }

  setCutOff(address: string, cut: boolean): void {
    if (cut) this.cutOff.add(address);
    else this.cutOff.delete(address);
  }

  /** Authorizes a node on an implicit network. For a network with a controller in this world, use that controller's API. */
  authorize(networkId: string, address: string, authorized = true): void {
    this.mailbox.post(
      this.implicitFor(networkId).setAuthorized(networkId, address, authorized, this.clock),
      this.clock,
    );
  }

  /** From now on the network answers with this refusal, whatever its records say; null ends it. A node sees it at its next request. */
  refuse(networkId: string, refusal: Refusal | null): void {
    this.implicitFor(networkId).refuse(networkId, refusal, this.clock);
  }

  setPortError(address: string, networkId: string, portError: number): void {
    const node = this.nodeAt(address);
    const daemon = changeMembership(node.daemon, networkId, (was) => ({ ...was, portError }));
    this.nodes.set(address, { ...node, daemon });
  }

  /** Makes two nodes peers, as if they had talked, over a direct path or through a root. */
  traffic(one: string, other: string, relayed = false): void {
    for (const [address, peer] of [
      [one, other],
      [other, one],
    ] as const) {
      const node = this.nodeAt(address);
      const path = relayed ? null : ENDPOINT;
      this.nodes.set(address, { ...node, daemon: heardFrom(node.daemon, peer, this.clock, path, relayed ? -1 : 1) });
    }
  }

  private nodeAt(address: string): Node {
    const node = this.nodes.get(address);
    if (!node) throw new Error(`no zerotier-one runs as ${address}`);
    return node;
  }

  private settle(address: string, turn: Turn<Node>): void {
    this.nodes.set(address, turn.state);
    if (!this.cutOff.has(address)) this.post(turn.out);
  }

  /** Messages to other worlds leave without delay, because the way there takes its own time. */
  private post(messages: readonly Message[]): void {
    const leaving = messages.filter((message) => this.leaves(message));
    for (const message of leaving) this.options.elsewhere?.send(message);
    this.mailbox.post(
      messages.filter((message) => !leaving.includes(message)),
      this.clock,
    );
  }

  private leaves(message: Message): boolean {
    return !this.nodes.has(message.to) && mayLeave(message) && this.options.elsewhere?.knows(message.to) === true;
  }

  private announce(address: string): void {
    const networks = this.nodes.get(address)?.controller?.networks ?? {};
    if (Object.keys(networks).length > 0) this.options.elsewhere?.announce(address);
  }

  private deliver(message: Message): void {
    if (this.cutOff.has(message.to) || this.cutOff.has(message.from)) return;
    const node = this.nodes.get(message.to);
    if (node) this.settle(message.to, receiveAtNode(node, message, this.clock, ENDPOINT));
    else if (this.leaves(message)) this.options.elsewhere?.send(message);
    else if (message.kind === 'hello') this.greet(message);
    else if (message.kind === 'config-request') this.askImplicit(message);
  }

  private greet(hello: Extract<Message, { kind: 'hello' }>): void {
    if (this.options.planet === false || !(PLANET.roots as readonly string[]).includes(hello.to)) return;
    this.mailbox.post([{ kind: 'hello-ok', from: hello.to, to: hello.from, sentAt: hello.sentAt }], this.clock);
  }

  private implicitFor(networkId: string): ImplicitControllers {
    const controller = controllerOf(networkId);
    const isSomebodys = this.nodes.has(controller) || this.options.elsewhere?.knows(controller) === true;
    if (this.implicit && !isSomebodys) return this.implicit;
    throw new Error(`${networkId} has a controller of its own, or none at all`);
  }

  private askImplicit(request: Extract<Message, { kind: 'config-request' }>): void {
    const { out, again } = this.implicit?.ask(request, this.clock) ?? { out: [] };
    this.mailbox.post(out, this.clock);
    if (again !== undefined) this.mailbox.post([request], this.clock, again);
  }
}

/** The endpoint of every node: a simulated world has no underlay worth showing. */
const ENDPOINT = '192.0.2.1/9993';
