import { setTimeout as pause } from 'node:timers/promises';
import type { LabEngine } from '../lab-engine.js';
import type { LabIdentity } from '../lab-root.js';
import { LabWorld, type LabNode } from '../lab-world.js';
import type { Talk } from '../local-api.js';
import type { Scene } from './scene.js';

interface Link {
  readonly ifname: string;
  readonly addr_info: readonly { local: string; prefixlen: number; scope: string }[];
}

/** Real containers on a real engine, and real time. */
export class LabScene implements Scene {
  readonly exact = false;
  private readonly identities = new Map<string, LabIdentity>();
  private readonly nodes = new Map<string, LabNode>();

  private constructor(
    private readonly world: LabWorld,
    private readonly root: LabNode,
  ) {
    this.nodes.set(root.identity.address, root);
  }

  static async open({ docker, image }: LabEngine): Promise<LabScene> {
    const world = await LabWorld.open(docker, image);
    return new LabScene(world, await world.startController());
  }

  get controllerAddress(): string {
    return this.root.identity.address;
  }

  get controller(): Talk {
    return this.root.talk;
  }

  now(): number {
    return performance.now();
  }

  async waitUntil(moment: number): Promise<void> {
    await pause(Math.max(0, moment - performance.now()));
  }

  async mint(): Promise<string> {
    const identity = await this.world.mint();
    this.identities.set(identity.address, identity);
    return identity.address;
  }

  async start(address: string, networks: readonly string[]): Promise<void> {
    const identity = this.identities.get(address);
    if (!identity) throw new Error(`${address} was never minted`);
    this.nodes.set(address, await this.world.startMember(address, { identity, networks }));
  }

  async restart(address: string): Promise<void> {
    await this.node(address).container.restart({ t: 5 });
    await this.world.untilAnswers(this.node(address));
  }

  talk(address: string): Talk {
    return (ask) => this.node(address).talk(ask);
  }

  async interfaces(address: string): Promise<Record<string, readonly string[]>> {
    const links = JSON.parse(await this.node(address).exec('ip', '-j', 'addr', 'show')) as Link[];
    const shown = links.filter(({ ifname }) => ifname.startsWith('zt'));
    const global = ({ addr_info }: Link): string[] =>
      addr_info.filter(({ scope }) => scope !== 'link').map(({ local, prefixlen }) => `${local}/${String(prefixlen)}`);
    return Object.fromEntries(shown.map((link) => [link.ifname, global(link)]));
  }

  async pauseController(): Promise<void> {
    await this.root.container.pause();
  }

  async resumeController(): Promise<void> {
    await this.root.container.unpause();
  }

  close(): Promise<void> {
    return this.world.close();
  }

  private node(address: string): LabNode {
    const node = this.nodes.get(address);
    if (!node) throw new Error(`${address} does not run`);
    return node;
  }
}
