import { Inject, Injectable } from '@nestjs/common';
import { connectionSubjects, type Bus, type Incoming, type NatsTrust } from '@orrery/shared/bus';
import { HostId } from '@orrery/shared/contracts';
import { z } from 'zod';
import { Buses, NATS_TRUST } from './buses.js';
import type { Connection, HostConnection } from './open-connections.js';

const ANSWER_MS = 2000;
/** Each connection takes 1.5 kB of the answer, most of it its JWT. */
const PAGE = 500;

/** The name in an agent's JWT is its host. What a client says of itself, such as a user or a name, is never looked at. */
const Client = z.object({ id: z.int(), name_tag: HostId });
const Told = z.object({ server: z.object({ id: z.string() }), client: Client });

const Listed = z.object({ cid: z.int(), start: z.string(), name_tag: z.string().optional() });
const Page = z.object({
  server: z.object({ id: z.string() }),
  data: z.object({ connections: z.array(Listed).nullish() }),
});
const Kicked = z.object({ error: z.unknown().optional() });

/** What the servers of NATS tell about the connections of hosts, and do to them. Needs the connection on the system account. */
@Injectable()
export class NatsConnections {
  constructor(
    @Inject(NATS_TRUST) private readonly trust: NatsTrust | undefined,
    private readonly buses: Buses,
  ) {}

  /** Whether anything is told at all: not where agents share a user of NATS. */
  get isTold(): boolean {
    return this.trust !== undefined && this.buses.system !== undefined;
  }

  /** Calls back for every connection of a host that opens or closes, from now on. */
  follow(opened: (connection: HostConnection) => void, closed: (connection: HostConnection) => void): void {
    const { system, account } = this.#parts();
    system.respond(connectionSubjects.opened(account), async (message) => tell(message, opened));
    system.respond(connectionSubjects.closed(account), async (message) => tell(message, closed));
  }

  /** Calls back when the servers can be asked, and when they no longer can. Returns the way to stop it. */
  onStatus(listener: (reachable: boolean) => void): () => void {
    const { system } = this.#parts();
    if (system.connected) listener(true);
    return system.onStatus(listener);
  }

  /** All that are open, on all servers, oldest first as the servers' clocks have it. Throws BusError. */
  async list(): Promise<HostConnection[]> {
    const { system, account } = this.#parts();
    const found: (HostConnection & { start: string })[] = [];
    for (let offset = 0; ; offset += PAGE) {
      const ask = { auth: true, limit: PAGE, offset };
      const pages = await system.requestAll(connectionSubjects.list(account), ask, Page, ANSWER_MS);
      for (const { server, data } of pages)
        for (const { cid, start, name_tag } of data.connections ?? []) {
          const host = HostId.safeParse(name_tag).data;
          if (host) found.push({ host, server: server.id, id: cid, start });
        }
      if (pages.every(({ data }) => (data.connections?.length ?? 0) < PAGE)) break;
    }
    return found.sort((one, other) => Date.parse(one.start) - Date.parse(other.start));
  }

  /** Ends a connection. One that is gone already is no error. Throws BusError when the server does not answer. */
  async kick({ server, id }: Connection): Promise<void> {
    await this.#parts().system.request(connectionSubjects.kick(server), { cid: id }, Kicked, ANSWER_MS);
  }

  #parts(): { system: Bus; account: string } {
    const { trust, buses } = this;
    if (!trust || !buses.system) throw new Error('this NATS server does not report its connections');
    return { system: buses.system, account: trust.fleet };
  }
}

function tell(message: Incoming, listener: (connection: HostConnection) => void): void {
  const told = Told.safeParse(message.json).data;
  // Also the API's own connections are in this account; their names are none of hosts.
  if (told) listener({ host: told.client.name_tag, server: told.server.id, id: told.client.id });
}
