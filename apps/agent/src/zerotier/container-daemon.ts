import { explain, type NetworkId } from '@orrery/shared/contracts';
import { Secret } from '@orrery/shared/runtime';
import { type NodeSecrets, StepError, type LocalApiError } from '@orrery/shared/machine';
import { DAEMON_HOME } from '../docker/container-profile.js';
import type { DockerEngine } from '../docker/docker-engine.js';
import { LABEL } from '../docker/labels.js';
import type { InspectedContainer } from '../docker/inspected.js';
import { CliLocalApi } from './cli-local-api.js';
import { FallbackLocalApi, type Reach } from './fallback-local-api.js';
import { HttpLocalApi } from './local-api.client.js';
import { TcpLocalHttp, type TokenSource } from './local-http.js';
import { diagnoseLog } from './log-diagnosis.js';
import { explainWith, WrongNode, type NodeDoor, type SettingsFiles } from './node-door.js';
import { settingsFileName } from '../pure/settings-file.js';

/** The port in containers created before each node had a port of its own. */
const FORMER_PORT = 9993;
const LOG_LINES = 50;

/** Access to the daemon in a container: over its bridge address, or that of the container `where` whose network namespace it uses, or else by exec. */
export function containerDoor(
  engine: DockerEngine,
  inspect: InspectedContainer,
  secrets: NodeSecrets,
  { where, reach }: { where: InspectedContainer; reach: Reach },
): NodeDoor {
  const id = inspect.Id;
  const token: TokenSource = {
    current: () => Promise.resolve(secrets.authToken),
    again: () => tokenInside(engine, id),
  };
  const ip = Object.values(where.NetworkSettings.Networks).find(({ IPAddress }) => IPAddress !== '')?.IPAddress;
  const cli = new CliLocalApi((command, signal) => engine.exec(id, command, { signal }));
  const http = ip === undefined ? undefined : new TcpLocalHttp({ host: ip, port: portOf(inspect) }, token);
  return {
    api: http ? new FallbackLocalApi(new HttpLocalApi(http), cli, reach) : cli,
    http: reach.bridge === 'blocked' ? undefined : http,
    settings: settingsInside(engine, id),
    expected: secrets.address,
    explain: (error) => explainWith(error, explainTrouble),
    diagnose: async (signal) => {
      const log = await engine.containers.logs(id, LOG_LINES, { signal, since: inspect.State.StartedAt });
      return diagnoseLog(log);
    },
  };
}

/** The port of the local API, because the daemon uses one number for that and UDP. */
const portOf = ({ Config }: InspectedContainer): number => {
  const port = Number(Config.Labels[LABEL.port]);
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : FORMER_PORT;
};

async function tokenInside(engine: DockerEngine, id: string): Promise<Secret | undefined> {
  const files = await engine.files.get(id, `${DAEMON_HOME}/authtoken.secret`);
  const token = files?.get('authtoken.secret')?.trim();
  return token ? new Secret(token) : undefined;
}

function settingsInside(engine: DockerEngine, id: string): SettingsFiles {
  const pathOf = (network: NetworkId) => `${DAEMON_HOME}/networks.d/${settingsFileName(network)}`;
  return {
    read: async (network, signal) =>
      (await engine.files.get(id, pathOf(network), { signal }))?.get(settingsFileName(network)),
    write: (network, text, signal) =>
      engine.files.put(id, [{ path: pathOf(network).slice(1), mode: 0o600, content: text }], { signal }),
  };
}

function explainTrouble(error: LocalApiError): StepError {
  if (error instanceof WrongNode)
    return new StepError({
      ...explain('identity-lost/another-answers', { cause: error.message }),
      origin: error,
    });
  return new StepError({
    ...explain('daemon-unreachable/container', { cause: error.message }),
    transient: true,
    origin: error,
  });
}
