import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually, temporaryFolder } from '../../support/servers.js';
import { RecordingEngine } from '../../support/recording-engine/recording-engine.js';
import type { Canary } from './secrets.js';

const REGISTRY = 'registry.example:5000';
/** Pulled with the login, and present afterwards. */
export const IMAGE = `${REGISTRY}/zt:1`;
/** The registry refuses this one to the login. */
export const REFUSED_IMAGE = `${REGISTRY}/others/zt:1`;

/** A Docker Engine on a host where somebody has run `docker login`. */
export class EngineWithLogin {
  private constructor(
    readonly engine: RecordingEngine,
    readonly login: Canary,
    private readonly folder: string,
  ) {}

  static async open(): Promise<EngineWithLogin> {
    const folder = await temporaryFolder('engine');
    const password = randomBytes(24).toString('hex');
    const auth = Buffer.from(`somebody:${password}`).toString('base64');
    await writeFile(join(folder, 'config.json'), JSON.stringify({ auths: { [REGISTRY]: { auth } } }), { mode: 0o600 });
    const engine = new RecordingEngine(join(folder, 'docker.sock'));
    engine.refusedImages.add(REFUSED_IMAGE);
    await engine.open();
    return new EngineWithLogin(engine, { what: 'the login of a registry', value: password }, folder);
  }

  /** For an agent that is not simulated and finds no zerotier-one of the host. */
  get settings(): Record<string, string> {
    return {
      ORRERY_SIMULATE: 'false',
      ORRERY_DOCKER_SOCKET: join(this.folder, 'docker.sock'),
      DOCKER_CONFIG: this.folder,
      ORRERY_ZEROTIER_HOME: join(this.folder, 'none'),
      ORRERY_ZEROTIER_PORT: '1',
    };
  }

  /** `docker inspect` shows what a container was created from. */
  get inspected(): string {
    return this.#bodies('POST', '/containers/create');
  }

  /** Files that were put into containers. */
  get uploaded(): string {
    return this.#bodies('PUT', '/archive');
  }

  get registryAuth(): string {
    return this.engine.requests.map(({ headers }) => String(headers['x-registry-auth'] ?? '')).join('\n');
  }

  made(name: string): Promise<unknown> {
    const isMade = () => this.inspected.includes(`"io.orrery.name":"${name}"`) && this.uploaded !== '';
    return eventually(isMade, { within: 60_000, what: `the container ${name}` });
  }

  #bodies(method: string, path: string): string {
    const those = this.engine.requests.filter((one) => one.method === method && one.path.endsWith(path));
    return those.map(({ body }) => body.toString('latin1')).join('\n');
  }
}
