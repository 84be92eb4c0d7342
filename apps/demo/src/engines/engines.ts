import { access } from 'node:fs/promises';
import { describeError } from '@orrery/shared/runtime';
import { engineNameOf, type Part } from '../story/cast.js';
import { mustHold, notSo } from '../story/not-so.js';
import { Engine } from './engine.js';
import { bringTools } from './own-image.js';
import { Toolbox } from './toolbox.js';

/** The engines of all hosts, and what the demo runs on them. */
export class Engines {
  readonly #tools = new Map<string, Promise<string>>();
  readonly #boxes = new Map<string, Promise<Toolbox>>();

  private constructor(private readonly byHost: ReadonlyMap<string, Engine>) {}

  static async open(sockets: string[]): Promise<Engines> {
    const engines = await Promise.all(
      sockets.map(async (socket): Promise<[string, Engine]> => {
        const engine = new Engine(socket);
        try {
          await access(socket);
          return [await engine.hostName(), engine];
        } catch (error) {
          const fix = 'Run `docker compose up -d --wait`, then `docker compose run --rm demo`.';
          throw notSo(`no Docker engine answers at ${socket}: ${describeError(error)}`, fix, error);
        }
      }),
    );
    return new Engines(new Map(engines));
  }

  get hosts(): string[] {
    return [...this.byHost.keys()].sort();
  }

  of(host: string): Engine {
    const engine = this.byHost.get(host);
    mustHold(
      engine,
      `no engine belongs to host ${host}`,
      'Check with `docker compose ps` that its engine and its agent are running.',
    );
    return engine;
  }

  /** In the network namespace of that node: sees its networks like any program beside it. */
  besides(part: Part): Promise<Toolbox> {
    return this.#box(part.host, `demo-tools-${part.container}`, `container:${engineNameOf(part)}`);
  }

  /** In the network namespace of the host itself, which its agent shares; allowed to change routes. */
  onHost(host: string): Promise<Toolbox> {
    return this.#box(host, 'demo-tools-host', 'host', ['NET_ADMIN']);
  }

  /** Starts an application container as its owner would: on the engine's own bridge, replacing one with the same name. It stays. */
  async startWorkload({ host, container: name }: Part, labels: Record<string, string>): Promise<Toolbox> {
    await this.of(host).startTools({ name, image: await this.#toolsOn(host), network: 'bridge', labels });
    return new Toolbox(this.of(host), name);
  }

  /** Starts to bring the tools to the hosts; steps that need them wait for it. */
  bringTools(hosts: string[]): void {
    for (const host of hosts) this.#toolsOn(host).catch(() => undefined);
  }

  async removeTools(): Promise<void> {
    const boxes = await Promise.allSettled([...this.#boxes.values()]);
    for (const box of boxes) if (box.status === 'fulfilled') await box.value.remove();
  }

  #toolsOn(host: string): Promise<string> {
    const known = this.#tools.get(host) ?? bringTools(this.of(host));
    this.#tools.set(host, known);
    return known;
  }

  #box(host: string, name: string, network: string, capabilities: string[] = []): Promise<Toolbox> {
    const make = async () => {
      const engine = this.of(host);
      await engine.startTools({ name, image: await this.#toolsOn(host), network, capabilities });
      return new Toolbox(engine, name);
    };
    const known = this.#boxes.get(`${host}/${name}`) ?? make();
    this.#boxes.set(`${host}/${name}`, known);
    return known;
  }
}
