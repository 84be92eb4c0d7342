import { interfaceName, type NetworkId } from '@orrery/shared/contracts';
import type Docker from 'dockerode';
import { eventually } from '../../support/eventually.js';
import type { DockerSystem } from './docker-system.js';

/** Containers that somebody runs beside Orrery, as `docker compose up` makes them: services of one project. */
export class Workloads {
  readonly #made = new Map<string, Docker.Container>();

  constructor(
    private readonly world: DockerSystem,
    private readonly image: string,
  ) {}

  get project(): string {
    return this.world.name('shop');
  }

  /** PROJECT/SERVICE/NUMBER. */
  reference(service: string, number = 1): string {
    return `${this.project}/${service}/${number}`;
  }

  /** One that is there already is made anew. `change`: what is different about it. */
  async up(
    service: string,
    labels: Record<string, string>,
    number = 1,
    { HostConfig, ...change }: Partial<Docker.ContainerCreateOptions> = {},
  ): Promise<Docker.Container> {
    await this.down(service, number);
    const container = await this.world.docker.createContainer({
      name: `${this.project}-${service}-${number}`,
      Image: this.image,
      Entrypoint: ['sleep'],
      Cmd: ['3600'],
      Labels: {
        ...labels,
        'com.docker.compose.project': this.project,
        'com.docker.compose.service': service,
        'com.docker.compose.container-number': String(number),
        'com.docker.compose.oneoff': 'False',
      },
      HostConfig: { NetworkMode: this.world.world.network, Init: true, ...HostConfig },
      ...change,
    });
    this.#made.set(this.reference(service, number), container);
    await container.start();
    return container;
  }

  async down(service: string, number = 1): Promise<void> {
    const reference = this.reference(service, number);
    await this.#made.get(reference)?.remove({ force: true, v: true });
    this.#made.delete(reference);
  }

  container(service: string, number = 1): Docker.Container {
    const container = this.#made.get(this.reference(service, number));
    if (!container) throw new Error(`${this.reference(service, number)} is not there`);
    return container;
  }

  /** Runs a program in it, as its owner would. */
  async inside(service: string, ...command: string[]): Promise<{ code: number | null; out: string }> {
    return runIn(this.container(service), command);
  }

  /** The address that it has in the network itself; undefined while it has none. */
  async address(network: NetworkId, service: string, number = 1): Promise<string | undefined> {
    const command = ['ip', '-o', '-4', 'addr', 'show', 'dev', interfaceName(network)];
    const { out } = await runIn(this.container(service, number), command);
    return /inet ([\d.]+)/.exec(out)?.[1];
  }

  addressed(network: NetworkId, service: string, { within = 30_000, number = 1 } = {}): Promise<string> {
    return eventually(() => this.address(network, service, number).catch(() => undefined), {
      ...{ within, every: 50, what: `${this.reference(service, number)} has an address` },
    });
  }

  /** The containers of Orrery that are attached to it. */
  async sidecars(service: string, number = 1): Promise<Docker.ContainerInfo[]> {
    const all = await this.world.ours();
    return all.filter(({ Labels }) => Labels['io.orrery.workload'] === this.reference(service, number));
  }

  async close(): Promise<void> {
    for (const container of this.#made.values())
      await container.remove({ force: true, v: true }).catch(() => undefined);
    this.#made.clear();
  }
}

async function runIn(container: Docker.Container, command: string[]) {
  const exec = await container.exec({ Cmd: command, AttachStdout: true });
  const stream = await exec.start({ hijack: true, stdin: false });
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return { code: (await exec.inspect()).ExitCode, out: Buffer.concat(chunks).toString('utf8') };
}
