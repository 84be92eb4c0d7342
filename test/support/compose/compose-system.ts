import { execFile, spawn } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import type Docker from 'dockerode';
import { z } from 'zod';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

export type HostNumber = 1 | 2 | 3 | 4;

const Service = z.object({
  ID: z.string(),
  Service: z.string(),
  State: z.string(),
  Health: z.string(),
  ExitCode: z.number(),
});
export type Service = z.infer<typeof Service>;

/** The repository's own docker-compose.yml, under a project name, a port and a subnet of its own. */
export class ComposeSystem {
  private constructor(
    readonly project: string,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  /** `more`: further settings of the compose file, and of `docker compose` itself. */
  static async create(zerotierImage: string, more: Record<string, string> = {}): Promise<ComposeSystem> {
    const env = {
      ...process.env,
      ORRERY_PORT: String(await freePort()),
      ORRERY_SUBNET: `172.31.${randomInt(80, 250)}`,
      ORRERY_LAN: `192.168.${randomInt(80, 250)}`,
      ORRERY_ZEROTIER_IMAGE: zerotierImage,
      ...more,
    };
    return new ComposeSystem(`orrery-test-${randomBytes(4).toString('hex')}`, env);
  }

  /** The network that connects its containers. */
  get network(): string {
    return `${this.project}_control`;
  }

  get url(): string {
    return `http://127.0.0.1:${this.env['ORRERY_PORT'] ?? ''}`;
  }

  /** The first three numbers of the LAN in which the printer is. */
  get lan(): string {
    return this.env['ORRERY_LAN'] ?? '';
  }

  /** As docs/compose.md says. */
  async up(): Promise<void> {
    await this.must('up', '--detach', '--wait', '--wait-timeout', '400');
  }

  /** All of its containers, including those that have ended. */
  async services(): Promise<Service[]> {
    const lines = (await this.must('ps', '--all', '--format', 'json')).split('\n').filter(Boolean);
    return lines.map((line) => Service.parse(JSON.parse(line)));
  }

  /** `docker compose …`; resolves with its result, whatever that is. */
  async compose(...args: string[]): Promise<Ran> {
    return run('docker', ['compose', '--project-name', this.project, '--project-directory', ROOT, ...args], this.env);
  }

  /** The same, but it must succeed. */
  async must(...args: string[]): Promise<string> {
    const ran = await this.compose(...args);
    if (ran.code !== 0)
      throw new Error(`docker compose ${args.join(' ')} ended with ${ran.code}:\n${ran.stderr}\n${ran.stdout}`);
    return ran.stdout;
  }

  /** The CLI inside the API's container, as docs/compose.md says to use it. */
  async orrery(...args: string[]): Promise<Ran> {
    return this.compose('exec', '-T', 'api', 'orrery', ...args);
  }

  /** The HTTP API as it is published, with the admin's token. */
  async api<T extends z.ZodType>(path: string, schema: T): Promise<z.infer<T>> {
    const token = await this.must('exec', '-T', 'api', 'cat', '/var/lib/orrery/secrets/admin.token');
    const response = await fetch(`${this.url}${path}`, { headers: { authorization: `Bearer ${token.trim()}` } });
    return schema.parse(await response.json());
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

  /** The docker command of one of the hosts. */
  async dockerOf(host: HostNumber, ...args: string[]): Promise<Ran> {
    return this.compose('exec', '-T', `engine-${host}`, 'docker', '-H', 'unix:///run/engine/docker.sock', ...args);
  }

  /** Runs a program in a container of one of the hosts. */
  async execIn(host: HostNumber, container: string, ...command: string[]): Promise<Ran> {
    return this.dockerOf(host, 'exec', container, ...command);
  }

  async down(): Promise<void> {
    await this.compose('down', '--volumes', '--timeout', '5');
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

/** Whether `docker compose` is available at all. */
export const hasCompose = (): Promise<boolean> =>
  new Promise((resolve) => execFile('docker', ['compose', 'version'], (error) => resolve(!error)));
