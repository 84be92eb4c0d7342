import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, temporaryFolder } from '../support/servers.js';
import { deleteAtExit } from '../support/servers-run.js';
import { Run } from './run.js';

const repository = fileURLToPath(new URL('../../', import.meta.url));

/** Stands in for the API: ready at once, and knows the hosts whose agents have recorded their names. */
const API = `
import { createServer } from 'node:http';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
const { ORRERY_HOME: home, ORRERY_PORT: port, DATABASE_URL, ORRERY_DATABASE_PASSWORD_FILE, NATS_URL } = process.env;
const note = (line) => appendFileSync(home + '/story', line + '\\n');
const database = new URL(DATABASE_URL);
if (ORRERY_DATABASE_PASSWORD_FILE) database.password = readFileSync(ORRERY_DATABASE_PASSWORD_FILE, 'utf8').trim();
writeFileSync(home + '/urls', database.href + '\\n' + NATS_URL + '\\n');
mkdirSync(home + '/secrets', { recursive: true });
writeFileSync(home + '/secrets/admin.token', 'token');
createServer((request, response) => {
  const names = existsSync(home + '/online') ? readFileSync(home + '/online', 'utf8').trim().split('\\n') : [];
  const answers = { '/readyz': {}, '/v1/version': { name: 'orrery' }, '/v1/networks': { items: [] }, '/v1/hosts': { items: [...new Set(names)].map((name) => ({ name, lastSeenAt: String(names.filter((other) => other === name).length) })) } };
  response.end(JSON.stringify(answers[request.url.split('?')[0]] ?? null));
}).listen(Number(port), '127.0.0.1', () => note('api up'));
process.on('SIGTERM', () => { note('api down'); process.exit(0); });
`;

const AGENT = `
import { appendFileSync } from 'node:fs';
import { dirname } from 'node:path';
const { ORRERY_HOST_NAME: name, ORRERY_SIMULATE, ORRERY_HOST_LABELS, ORRERY_JOIN_SECRET_FILE } = process.env;
const home = dirname(dirname(ORRERY_JOIN_SECRET_FILE));
const note = (line) => appendFileSync(home + '/story', line + '\\n');
appendFileSync(home + '/online', name + '\\n');
note(['agent up', name, 'simulated=' + ORRERY_SIMULATE, ORRERY_HOST_LABELS].join(' '));
process.on('SIGTERM', () => { note('agent down ' + name); process.exit(0); });
setInterval(() => {}, 1e6);
`;

/**
 * A clone with the real scripts, servers and packages; API and agent are stand-ins that record what happens to them.
 */
export class Clone {
  readonly home: string;
  readonly env: NodeJS.ProcessEnv;

  private constructor(
    readonly root: string,
    readonly port: number,
    env: NodeJS.ProcessEnv,
    private readonly uid: number | undefined,
  ) {
    this.home = join(root, 'home with a space');
    const nowhere = {
      DOCKER_HOST: `unix://${root}/no-engine.sock`,
      ORRERY_ZEROTIER_HOME: join(root, 'no-zerotier'),
      ORRERY_ZEROTIER_PORT: '1',
    };
    this.env = {
      ...process.env,
      ...nowhere,
      ORRERY_HOME: this.home,
      ORRERY_PORT: String(port),
      DATABASE_URL: '',
      NATS_URL: '',
      ...env,
    };
  }

  /** `uid`: who owns the clone, and as whom it runs. */
  static async make(env: NodeJS.ProcessEnv = {}, uid?: number): Promise<Clone> {
    const root = uid === undefined ? await temporaryFolder('clone') : await mkdtemp(join(tmpdir(), 'orrery-clone-'));
    if (uid !== undefined) await deleteAtExit(root);
    const clone = new Clone(root, await freePort(), { ...env, HOME: root }, uid);
    for (const entry of ['scripts', 'package-lock.json'])
      await cp(join(repository, entry), join(clone.root, entry), { recursive: true });
    await symlink(join(repository, 'node_modules'), join(clone.root, 'node_modules'));
    await writeFile(
      join(clone.root, 'package.json'),
      JSON.stringify({ type: 'module', scripts: { build: 'node -e 0' } }),
    );
    await writeFile(join(clone.root, 'tsconfig.base.json'), '{}');
    await mkdir(join(clone.root, 'libs'));
    for (const [name, code] of Object.entries({ api: API, agent: AGENT })) {
      await mkdir(join(clone.root, 'apps', name, 'dist'), { recursive: true });
      await writeFile(join(clone.root, 'apps', name, 'dist/program.js'), code);
    }
    if (uid !== undefined) execFileSync('chown', ['-R', `${uid}:${uid}`, clone.root]);
    return clone;
  }

  async remove(): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }

  /** Runs `npm start` or `npm stop` as npm does, and follows it. */
  async run(script: 'start' | 'stop', ...args: string[]): Promise<Run> {
    const { root: cwd, env, uid } = this;
    return Run.begin([join(cwd, 'scripts', `${script}.mjs`), ...args], { cwd, env, uid, gid: uid });
  }

  /** The records of API and agents, in order. */
  async story(): Promise<string[]> {
    return (await readFile(join(this.home, 'story'), 'utf8')).trim().split('\n');
  }
}
