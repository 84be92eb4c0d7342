import { Bus, Verifier, type Incoming } from '@orrery/shared/bus';
import {
  Call,
  DesiredState,
  inboxPrefix,
  JoinNonce,
  JoinReply,
  subjects,
  type CallReply,
  type DesiredReply,
  type JoinRequest,
} from '@orrery/shared/contracts';
import { createLogger } from '@orrery/shared/runtime';
import type { RunningApi } from './api.js';
import { newInstallation, provenJoin } from './host-proof.js';

export { newInstallation } from './host-proof.js';

/** With a nonce of this API, signed by the key of the installation. */
export async function joinBody<Body extends { installation: string }>(api: RunningApi, body: Body) {
  const { nonce } = (await api.ask('POST', '/v1/join/nonce', JoinNonce, { token: null })).body;
  return provenJoin(nonce, body);
}

export async function joinHost(api: RunningApi, name: string, more: Partial<JoinRequest> = {}): Promise<JoinReply> {
  const body = await joinBody(api, { name, agentVersion: 'test', installation: newInstallation(), ...more });
  return (await api.ask('POST', '/v1/join', JoinReply, { body, token: api.joinSecret })).body;
}

/** An agent as the API sees it: it accepts desired states and answers calls, but carries out nothing. */
export class ListeningAgent {
  /** Accepted states, the newest last. */
  readonly states: DesiredState[] = [];
  readonly calls: Call[] = [];
  /** How it answers calls. */
  answer: (call: Call) => CallReply | Promise<CallReply> = () => ({ result: 'ok', value: {} });
  readonly #verifier: Verifier;

  private constructor(
    readonly joined: JoinReply,
    readonly bus: Bus,
  ) {
    this.#verifier = new Verifier(joined.signingKeys);
    bus.respond(subjects.desired(joined.hostId), (message) => Promise.resolve(this.#take(message)));
    bus.respond(subjects.call(joined.hostId), (message) => this.#call(message));
  }

  static async connect(joined: JoinReply): Promise<ListeningAgent> {
    const { url, user, password } = joined.nats;
    const bus = new Bus({
      servers: [url],
      ...(user === null ? {} : { user, password: password ?? '' }),
      name: `listening agent ${joined.name}`,
      inboxPrefix: inboxPrefix(joined.hostId),
      logger: createLogger('agent', 'silent'),
    });
    const agent = new ListeningAgent(joined, bus);
    await bus.flush();
    return agent;
  }

  get newest(): DesiredState | undefined {
    return this.states.at(-1);
  }

  close(): Promise<void> {
    return this.bus.close();
  }

  #take(message: Incoming): DesiredReply {
    if (!message.signed || !this.#verifier.verifies(message.signed)) return { result: 'rejected', cause: 'signature' };
    const state = DesiredState.parse(message.json);
    const held = this.newest?.revision ?? 0;
    if (state.revision < held) return { result: 'stale', revision: held };
    this.states.push(state);
    return { result: 'accepted', revision: state.revision };
  }

  async #call(message: Incoming): Promise<CallReply> {
    if (!message.signed || !this.#verifier.verifies(message.signed))
      return { result: 'problem', code: 'rejected', cause: 'signature' };
    const call = Call.parse(message.json);
    this.calls.push(call);
    return this.answer(call);
  }
}
