import { PassThrough, type Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { text } from 'node:stream/consumers';
import Docker from 'dockerode';

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** A container of the demo: it shares the network namespace with the node or host, and nothing else. */
export interface ToolContainer {
  name: string;
  image: string;
  /** `container:<name>`: the network namespace of that container; `host`: that of the host itself; or a network. */
  network: string;
  capabilities?: string[];
  labels?: Record<string, string>;
}

/** The Docker engine of one host, for things that the demo needs and that Orrery has no command for. */
export class Engine {
  readonly #docker: Docker;

  constructor(socketPath: string) {
    this.#docker = new Docker({ socketPath });
  }

  /** The host name of the machine. */
  async hostName(): Promise<string> {
    return ((await this.#docker.info()) as { Name: string }).Name;
  }

  async hasImage(image: string): Promise<boolean> {
    return this.#docker
      .getImage(image)
      .inspect()
      .then(
        () => true,
        (error: { statusCode?: number }) => {
          if (error.statusCode === 404) return false;
          throw error;
        },
      );
  }

  /** What a shell in a container of that image prints. */
  async ask(image: string, script: string): Promise<string> {
    const printed = new PassThrough();
    const collected = text(printed);
    const settings = { Entrypoint: ['sh', '-c'], HostConfig: { AutoRemove: true, NetworkMode: 'none' } };
    await this.#docker.run(image, [script], printed, settings);
    printed.end();
    return collected;
  }

  async pull(image: string): Promise<void> {
    const progress = (await this.#docker.pull(image)) as Readable;
    await new Promise<void>((resolve, reject) => {
      this.#docker.modem.followProgress(progress, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Imports an image from the archive of a root file system. */
  async importImage(archive: Readable, repository: string, tag: string): Promise<void> {
    const answer = await this.#docker.importImage(archive, { repo: repository, tag });
    await finished((answer as Readable).resume());
  }

  /** Starts the container, replacing one with the same name. It runs until it is removed. */
  async startTools({ name, image, network, capabilities = [], labels = {} }: ToolContainer): Promise<void> {
    await this.remove(name);
    const container = await this.#docker.createContainer({
      name,
      Image: image,
      Cmd: ['sleep', 'infinity'],
      Labels: labels,
      HostConfig: { NetworkMode: network, CapAdd: capabilities, Init: true, AutoRemove: true },
    });
    await container.start();
  }

  async restart(name: string): Promise<void> {
    await this.#docker.getContainer(name).restart({ t: 0 });
  }

  async remove(name: string): Promise<void> {
    await this.#docker
      .getContainer(name)
      .remove({ force: true })
      .catch((error: unknown) => {
        // Already removed, or being removed: both are fine.
        if (![404, 409].includes((error as { statusCode?: number }).statusCode ?? 0)) throw error;
      });
  }

  async run(name: string, command: string[]): Promise<Ran> {
    const exec = await this.#docker.getContainer(name).exec({ Cmd: command, AttachStdout: true, AttachStderr: true });
    const stream = await exec.start({});
    const [out, err] = [new PassThrough(), new PassThrough()];
    this.#docker.modem.demuxStream(stream, out, err);
    stream.once('end', () => (out.end(), err.end()));
    const [stdout, stderr] = await Promise.all([text(out), text(err)]);
    return { code: (await exec.inspect()).ExitCode ?? -1, stdout, stderr };
  }

  /** Starts a program beside the others in that container, and leaves it running. */
  async leaveRunning(name: string, command: string[]): Promise<void> {
    const exec = await this.#docker.getContainer(name).exec({ Cmd: command });
    // Docker sends no answer, and the open connection would keep this process alive.
    (await exec.start({ Detach: true })).destroy();
  }
}
