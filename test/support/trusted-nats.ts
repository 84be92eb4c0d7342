import {
  Bus,
  NatsTrust,
  newUserKey,
  SYSTEM_INBOX,
  type ConnectionName,
  type NatsCredentials,
} from '@orrery/shared/bus';
import { inboxPrefix, type HostId } from '@orrery/shared/contracts';
import { createLogger, newId } from '@orrery/shared/runtime';
import { join } from 'node:path';
import { startNats, temporaryFolder, type TestNats } from './servers.js';

export interface HandKeyed {
  host: HostId;
  bus: Bus;
  publicKey: string;
}

/** A broker in JWT mode, with the API's connections and handmade agents as its clients. */
export class TrustedNats {
  readonly #open: Bus[] = [];

  private constructor(
    readonly trust: NatsTrust,
    readonly nats: TestNats,
  ) {}

  static async start(): Promise<TrustedNats> {
    const trust = await NatsTrust.open(join(await temporaryFolder('trust'), 'nats'));
    await trust.writeServerFiles();
    return new TrustedNats(trust, await startNats({ trust: trust.folder }));
  }

  async connect(name: ConnectionName): Promise<Bus> {
    const credentials = await this.trust.credentials(name);
    const bus = this.#add(name, name === 'system' ? SYSTEM_INBOX : inboxPrefix('api'), () => credentials);
    await bus.flush();
    return bus;
  }

  async agent(host: HostId = newId('hst'), lifeSeconds = 600): Promise<HandKeyed> {
    const agent = await this.agentOf(this, host, lifeSeconds);
    await agent.bus.flush();
    return agent;
  }

  /** An agent of this installation that connects to the broker of another. Not waited for. */
  async agentOf(broker: TrustedNats, host: HostId = newId('hst'), lifeSeconds = 600): Promise<HandKeyed> {
    const { seed, publicKey } = newUserKey();
    const jwt = await this.trust.hostJwt(host, publicKey, lifeSeconds);
    return { host, publicKey, bus: broker.#add(host, inboxPrefix(host), () => ({ jwt, seed })) };
  }

  /** A client without any credentials. */
  withoutKey(): Bus {
    return this.#add('nobody', '_INBOX.nobody', undefined);
  }

  async close(): Promise<void> {
    await Promise.all(this.#open.map((bus) => bus.close()));
    await this.nats.close();
  }

  #add(name: string, inbox: string, credentials: (() => NatsCredentials) | undefined): Bus {
    const logger = createLogger('test', 'silent');
    const bus = new Bus({ servers: [this.nats.url], credentials, name, inboxPrefix: inbox, logger });
    this.#open.push(bus);
    return bus;
  }
}
