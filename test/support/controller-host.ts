import {
  Controller,
  HelloReply,
  subjects,
  type ControllerAsk,
  type JoinReply,
  type NodeAddress,
} from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import { randomBytes } from 'node:crypto';
import type { RunningApi } from './api.js';
import { FakeController } from './fake-controller.js';
import { joinHost, ListeningAgent } from './joined-host.js';

/** An address that no node has. */
export const newAddress = (): NodeAddress => `1${randomBytes(5).toString('hex').slice(1)}`;

type Ask<Do extends ControllerAsk['do']> = Extract<ControllerAsk, { do: Do }>;

/** A host whose agent listens, with a controller in its own daemon. */
export class ControllerHost {
  readonly controller = new FakeController(newAddress());

  private constructor(
    private readonly api: RunningApi,
    readonly joined: JoinReply,
    readonly agent: ListeningAgent,
  ) {
    agent.answer = (call) => this.controller.answer(call);
  }

  /** The controller has the name of the host. */
  static async join(api: RunningApi, name: string): Promise<ControllerHost> {
    const joined = await joinHost(api, name);
    const host = new ControllerHost(api, joined, await ListeningAgent.connect(joined));
    await api.ask('POST', '/v1/controllers', Controller, { body: { kind: 'self-hosted', node: name } });
    return host;
  }

  get name(): string {
    return this.joined.name;
  }

  asked<Do extends ControllerAsk['do']>(what: Do): Ask<Do>[] {
    return this.controller.asked.filter((ask): ask is Ask<Do> => ask.do === what);
  }

  /** Requests to the controller that could change anything. */
  get changes(): ControllerAsk[] {
    const reading = new Set<ControllerAsk['do']>(['probe', 'get-network', 'records']);
    return this.controller.asked.filter((ask) => !reading.has(ask.do));
  }

  /** Its agent has generated these identities, and reaches these prefixes. */
  async hello(freeIdentities: NodeAddress[], prefixes: string[] = []): Promise<void> {
    await sayHello(this.agent, freeIdentities, prefixes);
  }

  /** Forgets the controller, whatever it keeps. */
  async close(): Promise<void> {
    await this.api.raw('DELETE', `/v1/controllers/${this.name}?confirm=${this.name}`);
    await this.agent.close();
  }
}

/** An agent's first message: the identities that it has generated, and the prefixes that its host reaches. */
export async function sayHello(agent: ListeningAgent, freeIdentities: NodeAddress[], prefixes: string[] = []) {
  const hello = {
    ...{ epoch: newId('epo'), agentVersion: 'test', simulated: true, revision: 0, digest: null },
    ...{ inventory: '0'.repeat(64), journalHead: 0, at: new Date().toISOString(), freeIdentities, prefixes },
  };
  await agent.bus.request(subjects.hello(agent.joined.hostId), hello, HelloReply, 5000);
}
