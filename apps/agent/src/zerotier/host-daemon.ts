import { randomBytes } from 'node:crypto';
import { access, chown, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { NodeAddress, type NetworkId } from '@orrery/shared/contracts';
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
  /** Null: the file zerotier-one.port says it. */
  port: number | null;
  /** Where an ordinary user keeps a copy of the token, as zerotier-cli expects it. */
  userTokenFile: string;
}

/** The host's own zerotier-one: its token, port and settings files from its home. Nothing in that home is written but what was asked for. */
export class HostDaemon {
  constructor(private readonly config: HostDaemonConfig) {}

  /** The way to the daemon; a StepError says why there is none. */
  async open(): Promise<NodeDoor> {
    const { home } = this.config;
    if (!(await exists(home)))
      throw new StepError({
        code: 'zerotier-missing',
        cause: `zerotier-one is not installed on this host: there is no ${home}`,
        fix: 'Install it (https://www.zerotier.com/download, or your distribution’s package zerotier-one) and start it: `sudo systemctl enable --now zerotier-one`.',
      });
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
    throw new StepError({
      code: 'token-unreadable',
      cause: `the token of zerotier-one cannot be read: ${describeError(first)}`,
      fix:
        first?.code === 'ENOENT'
          ? 'Start zerotier-one once, it makes the token: `sudo systemctl start zerotier-one`.'
          : `Run the agent as root, or give its user a copy: \`sudo install -m 600 -o ${user} ${inHome} ${own}\`.`,
      origin: first,
    });
  }
}

/** Files of the daemon's own networks.d, owned as that folder is: the daemon may run as another user, and it writes them again. */
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
        code: (error as NodeJS.ErrnoException).code === 'ENOSPC' ? 'disk-full' : 'settings-refused',
        cause: `a list for allowManaged is given to zerotier-one in ${path}, and that cannot be written: ${describeError(error)}`,
        fix: 'Run the agent as root, or join without a list.',
        origin: error,
      });
    }
  }
}

function explainTrouble(error: LocalApiError, port: number): StepError {
  const details = { cause: error.message, origin: error };
  if (error instanceof WrongNode || error.trouble === 'garbage')
    return new StepError({
      ...details,
      code: 'port-taken',
      cause: `${error.message}: something that is not this host's zerotier-one has port ${port}`,
      fix: `Find out what it is with \`sudo ss -lpn | grep ${port}\`; a container on the host's network may have taken the port.`,
      transient: true,
    });
  if (error.trouble === 'unauthorized')
    return new StepError({
      ...details,
      code: 'token-unreadable',
      fix: 'The token in use is not the running daemon’s: `sudo systemctl restart zerotier-one`, and renew any copy in ~/.zeroTierOneAuthToken.',
    });
  return new StepError({
    ...details,
    code: 'daemon-unreachable',
    fix: 'Start zerotier-one: `sudo systemctl start zerotier-one`; if it does not stay up, see `journalctl -u zerotier-one`.',
    transient: true,
  });
}

/** The daemon of the host keeps no log that we could read everywhere: the device itself is the sign. */
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
