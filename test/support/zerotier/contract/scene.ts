import type { Talk } from '../local-api.js';

/** The place where a contract is tried: a controller, members that can be started, and a clock that can be virtual. */
export interface Scene {
  /** True: the clock is virtual and the nodes have no files of their own, so every value can be predicted. */
  readonly exact: boolean;
  readonly controllerAddress: string;
  readonly controller: Talk;
  /** Milliseconds of the scene's clock. */
  now(): number;
  /** Lets time pass until that moment. */
  waitUntil(moment: number): Promise<void>;
  /** Generates an identity and returns its address; nothing runs yet. */
  mint(): Promise<string>;
  /** Starts the node with these networks in networks.d; the member answers when this resolves. */
  start(address: string, networks: readonly string[]): Promise<void>;
  restart(address: string): Promise<void>;
  talk(address: string): Talk;
  /** The kernel's view: device → addresses with prefix length, without link-local ones. */
  interfaces(address: string): Promise<Readonly<Record<string, readonly string[]>>>;
  /** A paused controller and root gets its packets when it is resumed. */
  pauseController(): Promise<void>;
  resumeController(): Promise<void>;
  close(): Promise<void>;
}

export type OpenScene = () => Promise<Scene>;

/** How often a scene is looked at: as often as when the recordings were made. */
export const LOOK_EVERY = 100;

/** Lets time pass until a condition is true, at most `within`; returns how long it took. */
export async function takes(scene: Scene, within: number, isSo: () => Promise<boolean>, what: string): Promise<number> {
  const began = scene.now();
  while (!(await isSo())) {
    if (scene.now() - began > within) throw new Error(`${what} did not come true within ${within} ms`);
    await scene.waitUntil(scene.now() + LOOK_EVERY);
  }
  return scene.now() - began;
}

export interface NetworkJson {
  readonly id: string;
  readonly status: string;
  readonly name: string;
  readonly type: string;
  readonly assignedAddresses: readonly string[];
  readonly netconfRevision: number;
  readonly allowManaged: boolean;
  readonly portDeviceName: string;
}

export async function networksAt(scene: Scene, address: string): Promise<NetworkJson[]> {
  const { body } = await scene.talk(address)({ method: 'GET', path: '/network' });
  return Array.isArray(body) ? (body as NetworkJson[]) : [];
}

export async function statusAt(scene: Scene, address: string, network: string): Promise<string | undefined> {
  return (await networksAt(scene, address)).find(({ id }) => id === network)?.status;
}

/** A network of the scene's controller with these last six digits. */
export async function makeNetwork(scene: Scene, suffix: string, body: object): Promise<string> {
  const id = scene.controllerAddress + suffix;
  await scene.controller({ method: 'POST', path: `/controller/network/${id}`, body });
  return id;
}

export async function changeMember(scene: Scene, network: string, address: string, body: object): Promise<void> {
  await scene.controller({ method: 'POST', path: `/controller/network/${network}/member/${address}`, body });
}
