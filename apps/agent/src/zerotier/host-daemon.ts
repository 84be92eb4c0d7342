import { randomBytes } from 'node:crypto';
import { access, chown, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { NodeAddress, type NetworkId, explain } from '@orrery/shared/contracts';
import { describeError, Secret } from '@orrery/shared/runtime';
import { StepError, type LocalApiError } from '@orrery/shared/machine';
import { HttpLocalApi } from './local-api.client.js';
import { TcpLocalHttp, type TokenSource } from './local-http.js';
import { type Diagnosis, diagnoseLog } from './log-diagnosis.js';
import { explainWith, WrongNode, type NodeDoor, type SettingsFiles } from './node-door.js';
import { settingsFileName } from '../pure/settings-file.js';

const DEFAULT_PORT = 9993;

export interface HostDaemonConfig {
  home: string;
  /** Null: read it from the file zerotier-one.port. */
  port: number | null;
  /** Where zerotier-cli expects an ordinary user's copy of the token. */
  userTokenFile: string;
}

/**
 * The host's own zerotier-one: its token, port and settings files from its home. Only requested settings are written
 * there.
 */
export class HostDaemon {
  constructor(private readonly config: HostDaemonConfig) {}

  /** Access to the daemon; a StepError says why there is none. */
  async open(): Promise<NodeDoor> {
    const { home } = this.config;
    if (!(await exists(home))) throw new StepError(explain('zerotier-missing/home', { home }));
    const first = await this.readToken();
    const token: TokenSource = { current: () => Promise.resolve(first), again: () => this.readToken() };
    const port = this.config.port ?? Number((await read(join(home, 'zerotier-one.port')))?.trim() || DEFAULT_PORT);
    const identity = NodeAddress.safeParse((await read(join(home, 'identity.public')))?.slice(0, 10));
    const http = new TcpLocalHttp({ host: '127.0.0.1', port }, token);
    return {
      api: new HttpLocalApi(http),
      http,
      settings: new HostSettingsFiles(join(home, 'networks.d')),
      expected: identity.data,
      explain: (error) => explainWith(error, (trouble) => explainTrouble(trouble, port)),
      diagnose: () => missingTun(),
    };
  }

  private async readToken(): Promise<Secret> {
    const inHome = join(this.config.home, 'authtoken.secret');
    const problems: unknown[] = [];
    for (const path of [inHome, this.config.userTokenFile]) {
      try {
        return new Secret((await readFile(path, 'utf8')).trim());
      } catch (error) {
        problems.push(error);
      }
    }
    const [first] = problems as NodeJS.ErrnoException[];
    const user = userInfo().username;
    const own = this.config.userTokenFile;
    const cause = `cannot read the token of zerotier-one: ${describeError(first)}`;
    throw new StepError({
      ...(first?.code === 'ENOENT'
        ? explain('token-unreadable/absent', { cause })
        : explain('token-unreadable/forbidden', { cause, user, from: inHome, to: own })),
      origin: first,
    });
  }
}

/**
 * Files in the daemon's networks.d, with the owner of that folder: the daemon may run as another user and rewrites
 * them.
 */
class HostSettingsFiles implements SettingsFiles {
  constructor(private readonly folder: string) {}

  read(network: NetworkId): Promise<string | undefined> {
    return read(join(this.folder, settingsFileName(network)));
  }

  async write(network: NetworkId, text: string): Promise<void> {
    const path = join(this.folder, settingsFileName(network));
    const temporary = join(this.folder, `.${randomBytes(6).toString('hex')}.tmp`);
    try {
      const { uid, gid } = await stat(this.folder);
      await writeFile(temporary, text, { mode: 0o644, flag: 'wx' });
      await chown(temporary, uid, gid);
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw new StepError({
        ...explain((error as NodeJS.ErrnoException).code === 'ENOSPC' ? 'disk-full' : 'settings-refused/file', {
          cause: `cannot write ${path}, with the list for allowManaged: ${describeError(error)}`,
        }),
        origin: error,
      });
    }
  }
}

function explainTrouble(error: LocalApiError, port: number): StepError {
  const { message: cause } = error;
  if (error instanceof WrongNode || error.trouble === 'garbage')
    return new StepError({ ...explain('port-taken/garbage', { said: cause, port }), transient: true, origin: error });
  if (error.trouble === 'unauthorized')
    return new StepError({ ...explain('token-unreadable/outdated', { cause }), origin: error });
  return new StepError({ ...explain('daemon-unreachable/host', { cause }), transient: true, origin: error });
}

/** The host's daemon has no log that can be read on every host, so the device itself is checked. */
async function missingTun(): Promise<Diagnosis | undefined> {
  return (await exists('/dev/net/tun'))
    ? undefined
    : diagnoseLog('could not open TUN/TAP device: No such file or directory');
}

async function read(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
