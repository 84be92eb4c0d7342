import { interfaceName, type NetworkId } from '@orrery/shared/contracts';
import type Docker from 'dockerode';
import { eventually } from '../../support/eventually.js';
import { unlessGone, type DockerSystem } from './docker-system.js';

/** Containers that somebody runs beside Orrery, as `docker compose up` makes them: services of one project. */
export class Workloads {
  readonly #made = new Set<string>();

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
      name: this.#nameOf(service, number),
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
    this.#made.add(this.#nameOf(service, number));
    await container.start();
    return container;
  }

  async down(service: string, number = 1): Promise<void> {
    await this.container(service, number).remove({ force: true, v: true }).catch(unlessGone);
    this.#made.delete(this.#nameOf(service, number));
  }

  /** By its name, also one that Docker Compose made. */
  container(service: string, number = 1): Docker.Container {
    return this.world.docker.getContainer(this.#nameOf(service, number));
  }

  #nameOf(service: string, number: number): string {
    return `${this.project}-${service}-${number}`;
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
    for (const name of this.#made)
      await this.world.docker
        .getContainer(name)
        .remove({ force: true, v: true })
        .catch(() => undefined);
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
