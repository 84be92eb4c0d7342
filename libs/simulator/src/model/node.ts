import { handleRequest, newController, type Controller } from './controller.js';
import { startDaemon, type Daemon, type DaemonSetup, type Turn } from './daemon.js';
import { receive } from './daemon-receive.js';
import { nextTaskAt, runTasks } from './daemon-rounds.js';
import type { Message } from './messages.js';

/** One process of zerotier-one: the daemon, and the controller that official builds of 1.14 include. */
export interface Node {
  readonly daemon: Daemon;
  /** Null: a build without one; its API answers 404. */
  readonly controller: Controller | null;
  /** The token that the local API requires in X-ZT1-Auth. */
  readonly token: string;
  /** The parsed local.conf, null while there is none. */
  readonly localConfig: Readonly<Record<string, unknown>> | null;
  /** `address/port` pairs that the process has bound. */
  readonly listeningOn: readonly string[];
  readonly home: string;
  readonly port: number;
}

export interface NodeSetup extends DaemonSetup {
  readonly token: string;
  readonly controller?: Controller | null;
  readonly localConfig?: Readonly<Record<string, unknown>> | null;
  readonly listeningOn?: readonly string[];
  readonly home?: string;
  readonly port?: number;
}

export function startNode(setup: NodeSetup): Node {
  const { address } = setup.identity;
  return {
    daemon: startDaemon(setup),
    controller: setup.controller === undefined ? newController(address, setup.timing) : setup.controller,
    token: setup.token,
    localConfig: setup.localConfig ?? null,
    listeningOn: setup.listeningOn ?? [],
    home: setup.home ?? '/var/lib/zerotier-one',
    port: setup.port ?? 9993,
  };
}

export const nodeNextTaskAt = (node: Node): number => nextTaskAt(node.daemon);

/** Does everything that is due by `now`, each task at its own time. */
export function advanceNode(node: Node, now: number): Turn<Node> {
  let daemon = node.daemon;
  const out: Message[] = [];
  while (nextTaskAt(daemon) <= now) {
    const turn = runTasks(daemon, nextTaskAt(daemon));
    daemon = turn.state;
    out.push(...turn.out);
  }
  return { state: daemon === node.daemon ? node : { ...node, daemon }, out };
}

/** `path` is where the message came from, `address/port`; null when it came through a root. */
export function receiveAtNode(node: Node, message: Message, now: number, path: string | null = null): Turn<Node> {
  const heard = receive(node.daemon, message, now, path);
  const state = { ...node, daemon: heard.state };
  if (message.kind !== 'config-request' || !node.controller) return { state, out: heard.out };
  const answered = handleRequest(node.controller, message, now);
  return { state: { ...state, controller: answered.state }, out: [...heard.out, ...answered.out] };
}
