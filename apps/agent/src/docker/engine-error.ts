import type { FailureCode } from '@orrery/shared/contracts';
import { describeError } from '@orrery/shared/runtime';
import { StepError } from '@orrery/shared/machine';

/** What was being done when the engine refused: the words of the answer's cause and fix. */
export interface EngineErrand {
  /** A gerund for people: "starting orrery-demo". */
  doing: string;
  image?: string;
  container?: string;
}

/** The engine did not answer in time: nobody knows whether it did what it was asked. */
export class EngineTimeout extends Error {
  constructor(errand: EngineErrand, ms: number) {
    super(`the Docker Engine did not answer within ${ms} ms while ${errand.doing}`);
    this.name = 'EngineTimeout';
  }
}

interface Rule {
  code: FailureCode;
  when: RegExp;
  fix: (errand: EngineErrand) => string;
  transient?: boolean;
}

/** Read in order; the first that fits wins. The texts are those of Docker 20 to 29, containerd, runc and the registries. */
const RULES: Rule[] = [
  {
    code: 'disk-full',
    when: /no space left on device|disk quota exceeded/i,
    fix: () => 'Free space where Docker keeps its data, for example with `docker image prune`.',
  },
  {
    code: 'image-architecture',
    when: /exec format error|no matching manifest for|does not match the (specified|detected host) platform|no match for platform/i,
    fix: ({ image }) => `Name an image that is built for this machine instead of ${image ?? 'this one'}.`,
  },
  {
    code: 'tun-missing',
    when: /\/dev\/net\/tun/,
    fix: () =>
      'On the host: `sudo modprobe tun`, and if /dev/net/tun is still absent: `sudo mkdir -p /dev/net && sudo mknod /dev/net/tun c 10 200`. If the engine runs in a container, that container needs the device, too.',
  },
  {
    code: 'port-taken',
    when: /port is already allocated|address already in use/i,
    fix: () => 'Find out who holds the port with `sudo ss -lpn` and stop it.',
  },
  {
    code: 'container-name-taken',
    when: /container name .* is already in use/i,
    fix: ({ container }) =>
      `Remove or rename the container \`${container ?? ''}\`, which Orrery did not make, or launch under another name.`,
  },
  {
    code: 'image-unsuitable',
    when: /executable file not found|exec: "?\/usr\/sbin\/zerotier-|stat \/usr\/sbin\/zerotier-|zerotier-(one|idtool).*no such file or directory/i,
    fix: ({ image }) =>
      `Use an image that has /usr/sbin/zerotier-one, such as zerotier/zerotier; ${image ?? 'this one'} has not.`,
  },
  {
    code: 'pull-refused',
    when: /pull access denied|requested access to the resource is denied|unauthorized|authentication required|forbidden|toomanyrequests|connection refused|no such host|i\/o timeout|tls|x509|network is unreachable|no route to host|server misbehaving|context deadline exceeded|request canceled/i,
    fix: ({ image }) =>
      `Check on the host that \`docker pull ${image ?? ''}\` works: the registry must be reachable and, if it asks for credentials, \`docker login\` must have stored them for the user that the agent runs as.`,
    transient: true,
  },
  {
    code: 'image-absent',
    when: /no such image|manifest unknown|manifest for .* not found|repository .* not found|not found: manifest/i,
    fix: ({ image }) => `Check the image's name and tag: \`${image ?? ''}\`.`,
  },
];

/** Answers that only a pull can give: the same words elsewhere (a refused connection to the engine itself) mean something else. */
const ONLY_WHEN_PULLING: FailureCode[] = ['pull-refused'];

/** Whatever dockerode threw, as the failure that a person can act on. */
export function engineError(error: unknown, errand: EngineErrand, socketPath: string): StepError {
  if (error instanceof StepError) return error;
  const unreachable = unreachableError(error, errand, socketPath);
  if (unreachable) return unreachable;
  const said = sanitize(messageOf(error));
  const pulling = errand.doing.startsWith('pulling');
  const rule = RULES.find(({ code, when }) => when.test(said) && (pulling || !ONLY_WHEN_PULLING.includes(code)));
  return new StepError({
    code: rule?.code ?? 'unexpected',
    cause: `${errand.doing} failed: ${said}`,
    fix: rule?.fix(errand) ?? "See the agent's log and the engine's (`journalctl -u docker`).",
    transient: rule?.transient ?? rule === undefined,
    origin: error,
  });
}

function unreachableError(error: unknown, errand: EngineErrand, socketPath: string): StepError | undefined {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  const unreachable = (cause: string, fix: string) =>
    new StepError({ code: 'docker-unreachable', cause, fix, transient: true, origin: error });
  if (error instanceof EngineTimeout)
    return unreachable(
      error.message,
      'See whether `docker ps` answers; if not, restart Docker: `sudo systemctl restart docker`.',
    );
  if (code === 'EACCES' || code === 'EPERM')
    return unreachable(
      `the agent may not use ${socketPath} (permission denied)`,
      'Run the agent as root, or add its user to the group of the socket: `sudo usermod -aG docker <user>`, then log in again.',
    );
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENOTSOCK')
    return unreachable(
      `there is no Docker Engine at ${socketPath}`,
      'Install and start Docker (`sudo systemctl start docker`), or tell the agent where it listens: DOCKER_HOST=unix:///path/docker.sock.',
    );
  if (code === 'ECONNREFUSED' || code === 'ECONNRESET' || code === 'EPIPE')
    return unreachable(
      `the Docker Engine at ${socketPath} does not answer (${code}) while ${errand.doing}`,
      'Start Docker: `sudo systemctl start docker`.',
    );
  return undefined;
}

/** HTTP status of an answer of the engine; undefined for anything else. */
export const statusOf = (error: unknown): number | undefined => {
  const status = (error as { statusCode?: unknown } | undefined)?.statusCode;
  return typeof status === 'number' ? status : undefined;
};

function messageOf(error: unknown): string {
  const json = (error as { json?: { message?: unknown } } | undefined)?.json;
  return typeof json?.message === 'string' ? json.message : describeError(error);
}

/** Registries and images say what they like: one line of printable text, not too long. */
const sanitize = (text: string): string =>
  text
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
    .trim()
    .slice(0, 500);
