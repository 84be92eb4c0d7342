import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import type Docker from 'dockerode';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** The repository's own docker-compose.yml, under a project name and a port of its own, with folders of its own for images and moons. */
export class ComposeSystem {
  private constructor(
    readonly project: string,
    private readonly folder: string,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  /** `more`: further settings of the compose file, and of `docker compose` itself. */
  static async create(zerotierImage: string, more: Record<string, string> = {}): Promise<ComposeSystem> {
    const folder = await mkdtemp(join(tmpdir(), 'orrery-compose-'));
    await Promise.all(['images', 'moons'].map((name) => mkdir(join(folder, name), { mode: 0o755 })));
    const env = {
      ...process.env,
      ORRERY_PORT: String(await freePort()),
      ORRERY_IMAGES_DIR: join(folder, 'images'),
      ORRERY_MOONS_DIR: join(folder, 'moons'),
      ORRERY_ZEROTIER_IMAGE: zerotierImage,
      ...more,
    };
    return new ComposeSystem(`orrery-test-${randomBytes(4).toString('hex')}`, folder, env);
  }

  /** The network on which its containers meet. */
  get network(): string {
    return `${this.project}_control`;
  }

  get url(): string {
    return `http://127.0.0.1:${this.env['ORRERY_PORT'] ?? ''}`;
  }

  /** Saves an image where every engine of the system loads it at its start. */
  async offerImage(docker: Docker, image: string): Promise<void> {
    const archive = createWriteStream(join(this.folder, 'images', 'zerotier.tar'));
    await pipeline(await docker.getImage(image).get(), archive);
  }

  async offerMoon(path: string, content: string | Uint8Array): Promise<void> {
    await writeFile(join(this.folder, 'moons', basename(path)), content);
  }

  /** `docker compose …`; resolves with whatever came of it. */
  async compose(...args: string[]): Promise<Ran> {
    return run('docker', ['compose', '--project-name', this.project, '--project-directory', ROOT, ...args], this.env);
  }

  /** The same, and it must end well. */
  async must(...args: string[]): Promise<string> {
    const ran = await this.compose(...args);
    if (ran.code !== 0)
      throw new Error(`docker compose ${args.join(' ')} ended with ${ran.code}:\n${ran.stderr}\n${ran.stdout}`);
    return ran.stdout;
  }

  /** The CLI inside the API's container, as docs/compose.md tells people to use it. */
  async orrery(...args: string[]): Promise<Ran> {
    return this.compose('exec', '-T', 'api', 'orrery', ...args);
  }

  /** The one container of a service. */
  container(docker: Docker | undefined, service: string): Docker.Container {
    if (!docker) throw new Error('there is no engine');
    return docker.getContainer(`${this.project}-${service}-1`);
  }

  /** Rows of the system's own Postgres. */
  async sql<Row>(text: string): Promise<Row[]> {
    const script =
      'PGPASSWORD=$(cat /secrets/postgres.password) exec psql -h 127.0.0.1 -U orrery -d orrery -v ON_ERROR_STOP=1 -qtAc "$1"';
    const rows = `SELECT coalesce(json_agg(r), '[]') FROM (${text}) r`;
    return JSON.parse(await this.must('exec', '-T', 'postgres', 'sh', '-c', script, 'sh', rows)) as Row[];
  }

  /** Runs a program in a container of one of the two engines. */
  async execIn(engine: 1 | 2, container: string, ...command: string[]): Promise<Ran> {
    return this.compose(
      'exec',
      '-T',
      `engine-${engine}`,
      'docker',
      '-H',
      'unix:///run/engine/docker.sock',
      'exec',
      container,
      ...command,
    );
  }

  async down(): Promise<void> {
    await this.compose('down', '--volumes', '--timeout', '5');
    await rm(this.folder, { recursive: true, force: true });
  }
}

function run(file: string, args: string[], env: NodeJS.ProcessEnv): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const ran: Ran = { code: -1, stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (ran.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (ran.stderr += text));
    child.on('error', reject).on('close', (code) => resolve({ ...ran, code: code ?? -1 }));
  });
}

export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** Whether `docker compose` is here at all. */
export const hasCompose = (): Promise<boolean> =>
  new Promise((resolve) => execFile('docker', ['compose', 'version'], (error) => resolve(!error)));
