import { existsSync } from 'node:fs';
import type { Server } from 'node:http';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { Controller } from '../../../libs/simulator/src/model/controller.js';
import { networkFilesOf, type Tun, type Turn } from '../../../libs/simulator/src/model/daemon.js';
import { join as joinNetwork } from '../../../libs/simulator/src/model/daemon-networks.js';
import { heardFrom } from '../../../libs/simulator/src/model/daemon-receive.js';
import { heartbeats } from '../../../libs/simulator/src/model/daemon-rounds.js';
import type { HttpAnswer, HttpRequest } from '../../../libs/simulator/src/model/http/http-message.js';
import { serve } from '../../../libs/simulator/src/model/http/local-api.js';
import { interfacesOf } from '../../../libs/simulator/src/model/kernel-view.js';
import type { Message } from '../../../libs/simulator/src/model/messages.js';
import {
  advanceNode,
  nodeNextTaskAt,
  receiveAtNode,
  startNode,
  type Node,
} from '../../../libs/simulator/src/model/node.js';
import { Strangers } from '../../../libs/simulator/src/model/strangers.js';
import { controllerFilesOf, readController } from './controller-files.js';
import type { Datagram, Introduction } from './datagram.js';
import { Devices } from './devices.js';
import { MirroredFiles, readIfThere } from './files.js';
import { FramePath } from './frame-path.js';
import type { Home } from './home.js';
import type { LocalConf } from './local-conf.js';
import { startHttp } from './local-http.js';
import { Underlay } from './underlay.js';

/**
 * How often the daemon tries to take a port that something else had (docs/zerotier-facts.md#endpoints), and to add routes
 * that are gone.
 */
const REBIND_MS = 30_000;

/** Skin of the model: sockets, devices and files follow the model, and their input goes to the model. */
export class Service {
  private readonly devices: Devices;
  private readonly frames: FramePath;
  private readonly mirrors: { readonly networks: MirroredFiles; readonly controller: MirroredFiles };
  private underlay: Underlay | null = null;
  private http: Server | null = null;
  private timer: NodeJS.Timeout | null = null;
  private rebinding: NodeJS.Timeout | null = null;
  private isStarted = false;
  private node: Node;

  constructor(
    private readonly home: Home,
    private readonly localConf: LocalConf,
    private readonly port: number,
    private readonly log: (line: string) => void,
  ) {
    const controllerPath = join(home.path, 'controller.d');
    const controller = readController(controllerPath, home.identity.address);
    this.node = this.asStarted(controller, 'missing');
    this.mirrors = {
      networks: new MirroredFiles(join(home.path, 'networks.d'), home.networkFiles),
      controller: new MirroredFiles(controllerPath, controllerFilesOf(controller)),
    };
    this.devices = new Devices((networkId, frame) => {
      this.frames.fromDevice(networkId, frame);
    }, log);
    this.frames = new FramePath({
      self: home.identity.address,
      node: () => this.node,
      underlay: () => this.underlay,
      deliver: (networkId, frame) => {
        this.devices.write(networkId, frame);
      },
    });
  }

  /** Takes the ports, then the devices; requests wait until both are there. Rejects when the control port is taken. */
  async start(): Promise<void> {
    let open = (): void => undefined;
    const ready = new Promise<void>((resolve) => (open = resolve));
    this.http = await startHttp(this.port, (request) => ready.then(() => this.answer(request)));
    this.log('Starting Control Plane...\nStarting V6 Control Plane...');
    this.underlay = await Underlay.open(
      this.port,
      this.home.identity.address,
      this.home.moons,
      (datagram, path) => {
        this.receive(datagram, path);
      },
      strangersOf(this.home.path),
    );
    this.rebinding = setInterval(() => void this.rebind(), REBIND_MS);
    const tun = await this.devices.openAll(joinedIn(this.home.networkFiles));
    this.node = this.asStarted(this.node.controller, tun);
    this.isStarted = true;
    this.work();
    open();
  }

  stop(): void {
    if (this.timer) clearTimeout(this.timer);
    if (this.rebinding) clearInterval(this.rebinding);
    this.devices.close();
    this.http?.close();
    this.http?.closeAllConnections();
    this.underlay?.close();
  }

  private asStarted(controller: Controller | null, tun: Tun): Node {
    return startNode({
      ...this.home,
      localConfig: this.localConf.read(),
      controller,
      home: this.home.path,
      port: this.port,
      listeningOn: this.listeningOn(),
      now: Date.now(),
      tun,
    });
  }

  private listeningOn(): string[] {
    return this.underlay?.isBound ? listeningOn(this.port) : [];
  }

  private async rebind(): Promise<void> {
    void this.devices.refresh();
    if (!this.underlay || this.underlay.isBound) return;
    await this.underlay.bind();
    this.node = { ...this.node, listeningOn: this.listeningOn() };
  }

  /** Runs everything that is due now, and again when the next thing is. */
  private work(): void {
    const now = Date.now();
    this.node = { ...this.node, localConfig: this.localConf.read() };
    void this.settle(advanceNode(this.node, now));
    this.askPeers(now);
    this.frames.announce();
    this.timer = setTimeout(
      () => {
        this.work();
      },
      Math.max(1, nodeNextTaskAt(this.node) - now),
    );
  }

  private receive(datagram: Datagram, path: string | null): void {
    // While the devices are being opened the model wants none of them: its reaction would close them again.
    if (!this.isStarted) return;
    if (datagram.type === 'message') {
      void this.settle(receiveAtNode(this.node, datagram.message, Date.now(), path));
      if (datagram.message.kind === 'config') this.frames.announce();
      return;
    }
    const daemon = heardFrom(this.node.daemon, datagram.from, Date.now(), path);
    this.node = { ...this.node, daemon };
    if (datagram.type === 'presence') this.frames.present(datagram.from, datagram.about);
    else if (datagram.type === 'introduction') this.greet(datagram.about);
    else this.frames.fromUnderlay(datagram);
  }

  private askPeers(now: number): void {
    const { daemon, asked } = heartbeats(this.node.daemon, now);
    this.node = { ...this.node, daemon };
    for (const { peer, path } of asked) this.greet({ peer, endpoint: path });
  }

  /** Tries a path, such as one that a root has reported: an answer to this greeting shows that it works. */
  private greet({ peer, endpoint }: Introduction): void {
    const from = this.home.identity.address;
    const message: Message = { kind: 'hello', from, to: peer, sentAt: Date.now() };
    this.underlay?.sendTo(endpoint, { type: 'message', from, to: peer, message });
  }

  /** A join needs its device first: whether there is one decides the model's answer. */
  private async answer(request: HttpRequest): Promise<HttpAnswer | null> {
    const wanted = /^\/network\/([0-9a-f]{16})(?:\?|$)/i.exec(request.path)?.[1]?.toLowerCase();
    const joins = request.method === 'POST' || request.method === 'PUT';
    const allowed = serve(this.node, { ...request, method: 'GET', path: '/status' }, 0, 0).answer?.status !== 401;
    if (wanted !== undefined && joins && allowed) {
      const tun = await this.devices.open(wanted);
      const settingsFile = readIfThere(join(this.home.path, 'networks.d', `${wanted}.local.conf`)) ?? null;
      const daemon = { ...this.node.daemon, tun };
      this.node = { ...this.node, daemon: settingsFile === null ? daemon : joinNetwork(daemon, wanted, settingsFile) };
    }
    const served = serve(this.node, request, Date.now(), Math.random());
    await this.settle({ state: served.node, out: served.out });
    return served.answer;
  }

  /** Everything outside follows the new state. Resolves when the kernel does. */
  private async settle(turn: Turn<Node>): Promise<void> {
    this.node = turn.state;
    for (const message of turn.out) this.send(message);
    this.mirrors.networks.sync(networkFilesOf(this.node.daemon));
    this.localConf.write(this.node.localConfig);
    if (this.node.controller) this.mirrors.controller.sync(controllerFilesOf(this.node.controller));
    await this.devices.sync(interfacesOf(this.node.daemon));
  }

  private send(message: Message): void {
    const { from, to } = message;
    if (to !== this.home.identity.address) this.underlay?.send({ type: 'message', from, to, message });
    else
      setImmediate(() => {
        void this.settle(receiveAtNode(this.node, message, Date.now()));
      });
  }
}

/** Only where a test asks for it: what has to wait for a root takes seconds. */
const strangersOf = (home: string): Strangers | undefined =>
  process.env['ZT_STANDIN_STRANGERS'] === 'on'
    ? new Strangers((address) => existsSync(join(home, 'peers.d', `${address}.peer`)))
    : undefined;

const joinedIn = (networkFiles: Readonly<Record<string, string>>): string[] =>
  Object.keys(networkFiles).flatMap((name) => /^([0-9a-f]{16})\.conf$/i.exec(name)?.[1]?.toLowerCase() ?? []);

const listeningOn = (port: number): string[] =>
  Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => `${address}/${String(port)}`);
