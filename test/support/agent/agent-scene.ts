import { eventually } from '../servers.js';
import { AgentProcess, agentHome, type AgentHome } from './agent-process.js';
import { FakeApi } from './fake-api.js';
import { launch } from './items.js';

/**
 * The starting point for tests of an agent as a process: an API, a home, and any agents started there. It belongs to
 * one test: such tests mostly wait, so those of a file run side by side (`it.concurrent`).
 */
export class AgentScene {
  readonly #agents: AgentProcess[] = [];

  private constructor(
    readonly api: FakeApi,
    readonly home: AgentHome,
  ) {}

  /** A test with a scene of its own, which ends with it. */
  static of(test: (scene: AgentScene) => Promise<void>): () => Promise<void> {
    return async () => {
      const api = await FakeApi.start();
      const scene = new AgentScene(api, await agentHome(api));
      try {
        await test(scene);
      } finally {
        await scene.#close();
      }
    };
  }

  readonly start = async (more: Record<string, string> = {}, where = this.home): Promise<AgentProcess> => {
    const agent = await AgentProcess.start(where, more);
    this.#agents.push(agent);
    return agent;
  };

  /** How many items are done, as the agent reported. */
  readonly done = (): number =>
    this.api.ofType('item.settled').filter(({ data }) => data.outcome.kind === 'done').length;

  /** An agent that has launched a container. */
  readonly launched = async () => {
    const wanted = launch();
    this.api.desired = this.api.sign(wanted.items);
    const agent = await this.start();
    await eventually(() => this.done() === 2, { within: 30_000, what: 'the launch to be done' });
    return { ...wanted, agent };
  };

  async #close(): Promise<void> {
    await Promise.all(this.#agents.map((agent) => agent.kill()));
    await this.api.close();
  }
}
