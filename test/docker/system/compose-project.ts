import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from '../../support/servers.js';
import type { LabEngine } from '../../support/zerotier/lab-engine.js';
import { socketOf } from './docker-system.js';

const run = promisify(execFile);

/** One service of a project that Docker Compose itself runs on the engine under test. */
export class ComposeProject {
  private constructor(
    readonly name: string,
    private readonly file: string,
    private readonly socket: string,
  ) {}

  /** `network`: an existing one of the engine. */
  static async create(
    engine: LabEngine,
    { name, network, label }: { name: string; network: string; label: string },
  ): Promise<ComposeProject> {
    const file = join(await temporaryFolder('compose'), 'compose.yaml');
    const api = {
      image: engine.image,
      entrypoint: ['sleep'],
      command: ['3600'],
      init: true,
      stop_grace_period: '0s',
      labels: { 'orrery.network': label },
    };
    // JSON is YAML.
    const text = JSON.stringify({ name, services: { api }, networks: { default: { name: network, external: true } } });
    await writeFile(file, text);
    return new ComposeProject(name, file, socketOf(engine));
  }

  async compose(...words: string[]): Promise<string> {
    const env = { ...process.env, DOCKER_HOST: `unix://${this.socket}` };
    const { stdout, stderr } = await run('docker', ['compose', '--file', this.file, ...words], { env });
    return stdout + stderr;
  }

  reference(number = 1): string {
    return `${this.name}/api/${number}`;
  }
}
