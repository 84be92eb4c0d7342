import { identityFrom, IDENTITY_BYTES, type Identity } from '../../../../libs/simulator/src/model/identity.js';
import { MemoryWorld } from '../../../../libs/simulator/src/model/memory-world.js';
import type { Moon } from '../../../../libs/simulator/src/model/moon.js';
import { textOf, valueOf, type Talk } from '../local-api.js';
import type { Scene } from './scene.js';

const TOKEN = 'a token of 24 characters';
const START = 1_795_519_600_000;

/** The model in memory on virtual time: a minute passes in no time. */
export class MemoryScene implements Scene {
  readonly exact = true;
  readonly controllerAddress: string;
  private readonly world = new MemoryWorld({ now: START, implicit: null, planet: false });
  private readonly identities = new Map<string, Identity>();
  private readonly moon: Moon;

  constructor() {
    const controller = this.identity();
    this.controllerAddress = controller.address;
    this.moon = {
      id: `000000${controller.address}`,
      roots: [{ identity: controller.public, stableEndpoints: ['192.0.2.1/9993'] }],
      timestamp: START,
      signature: '00',
      updatesMustBeSignedBy: '00',
    };
    this.world.start({ identity: controller, token: TOKEN, moons: [this.moon] });
  }

  get controller(): Talk {
    return this.talk(this.controllerAddress);
  }

  now(): number {
    return this.world.now;
  }

  waitUntil(moment: number): Promise<void> {
    this.world.advance(moment);
    return Promise.resolve();
  }

  mint(): Promise<string> {
    return Promise.resolve(this.identity().address);
  }

  start(address: string, networks: readonly string[]): Promise<void> {
    return this.startWith(address, Object.fromEntries(networks.map((id) => [`${id}.conf`, ''])));
  }

  restart(address: string): Promise<void> {
    return this.startWith(address, this.world.stop(address));
  }

  talk(address: string): Talk {
    return ({ method, path, auth = 'correct', body }) => {
      const text = textOf(body);
      const headers: Record<string, string> =
        auth === 'absent' ? {} : { 'x-zt1-auth': auth === 'correct' ? TOKEN : 'wrong' };
      const answer = this.world.handle(address, { method, path, headers, ...(text !== undefined && { body: text }) });
      if (!answer) return Promise.resolve({ status: null, contentType: null, body: '' });
      return Promise.resolve({ ...answer, body: valueOf(answer.body) });
    };
  }

  interfaces(address: string): Promise<Record<string, readonly string[]>> {
    const shown = this.world.interfaces(address).map(({ device, addresses }) => [device, addresses] as const);
    return Promise.resolve(Object.fromEntries(shown));
  }

  pauseController(): Promise<void> {
    this.world.pause(this.controllerAddress);
    return Promise.resolve();
  }

  resumeController(): Promise<void> {
    this.world.resume(this.controllerAddress);
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private identity(): Identity {
    const { identity } = identityFrom(new Uint8Array(IDENTITY_BYTES).fill(17 + this.identities.size * 31));
    this.identities.set(identity.address, identity);
    return identity;
  }

  private startWith(address: string, networkFiles: Readonly<Record<string, string>>): Promise<void> {
    const identity = this.identities.get(address);
    if (!identity) throw new Error(`${address} was never minted`);
    this.world.start({ identity, token: TOKEN, moons: [this.moon], networkFiles });
    return Promise.resolve();
  }
}
