import { explain, type FailureCode, type Explained } from '@orrery/shared/contracts';
import { describeError } from '@orrery/shared/runtime';
import { StepError } from '@orrery/shared/machine';

/** What the engine was asked to do, for the cause and fix of an error. */
export interface EngineErrand {
  /** A gerund for people: "starting orrery-demo". */
  doing: string;
  image?: string;
  container?: string;
}

/** The engine did not answer in time, so it is unknown whether it did what it was asked. */
export class EngineTimeout extends Error {
  constructor(errand: EngineErrand, ms: number) {
    super(`the Docker Engine did not answer within ${ms} ms while ${errand.doing}`);
    this.name = 'EngineTimeout';
  }
}

interface Rule {
  when: RegExp;
  explained: (cause: string, errand: EngineErrand) => Explained<FailureCode>;
  transient?: boolean;
  /**
   * Applies only to pulls; elsewhere the same words mean something else, such as a refused connection to the engine
   * itself.
   */
  onlyOfPulls?: true;
}

/** The first match wins. The texts are those of Docker 20 to 29, containerd, runc and the registries. */
const RULES: Rule[] = [
  {
    when: /no space left on device|disk quota exceeded/i,
    explained: (cause) => explain('disk-full', { cause }),
  },
  {
    when: /exec format error|no matching manifest for|does not match the (specified|detected host) platform|no match for platform/i,
    explained: (cause, { image }) => explain('image-architecture/image', { cause, image: image ?? 'this one' }),
  },
  {
    when: /\/dev\/net\/tun/,
    explained: (cause) => explain('tun-missing', { cause }),
  },
  {
    when: /port is already allocated|address already in use/i,
    explained: (cause) => explain('port-taken/engine', { cause }),
  },
  {
    when: /container name .* is already in use/i,
    explained: (cause, { container = '' }) => explain('container-name-taken/engine', { cause, container }),
  },
  {
    when: /executable file not found|exec: "?\/usr\/sbin\/zerotier-|stat \/usr\/sbin\/zerotier-|zerotier-(one|idtool).*no such file or directory/i,
    explained: (cause, { image = 'this one' }) => explain('image-unsuitable/image', { cause, image }),
  },
  {
    when: /pull access denied|requested access to the resource is denied|unauthorized|authentication required|forbidden|toomanyrequests|connection refused|no such host|i\/o timeout|tls|x509|network is unreachable|no route to host|server misbehaving|context deadline exceeded|request canceled/i,
    explained: (cause, { image = '' }) => explain('pull-refused/image', { cause, image }),
    transient: true,
    onlyOfPulls: true,
  },
  {
    when: /no such image|manifest unknown|manifest for .* not found|repository .* not found|not found: manifest/i,
    explained: (cause, { image = '' }) => explain('image-absent/named', { cause, image }),
  },
];

/** Converts anything that dockerode threw into a failure that a person can act on. */
export function engineError(error: unknown, errand: EngineErrand, socketPath: string): StepError {
  if (error instanceof StepError) return error;
  const unreachable = unreachableError(error, errand, socketPath);
  if (unreachable) return unreachable;
  const said = sanitize(messageOf(error));
  const pulling = errand.doing.startsWith('pulling');
  const rule = RULES.find(({ when, onlyOfPulls }) => when.test(said) && (pulling || !onlyOfPulls));
  const cause = `${errand.doing} failed: ${said}`;
  return new StepError({
    ...(rule?.explained(cause, errand) ?? explain('unexpected/engine', { cause })),
    transient: rule?.transient ?? rule === undefined,
    origin: error,
  });
}

function unreachableError(error: unknown, errand: EngineErrand, socketPath: string): StepError | undefined {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  const unreachable = (explained: Explained<'docker-unreachable'>) =>
    new StepError({ ...explained, transient: true, origin: error });
  const socket = socketPath;
  if (error instanceof EngineTimeout) return unreachable(explain('docker-unreachable/slow', { cause: error.message }));
  if (code === 'EACCES' || code === 'EPERM') return unreachable(explain('docker-unreachable/forbidden', { socket }));
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENOTSOCK')
    return unreachable(explain('docker-unreachable/absent', { socket }));
  if (code === 'ECONNREFUSED' || code === 'ECONNRESET' || code === 'EPIPE')
    return unreachable(explain('docker-unreachable/stopped', { socket, error: code, doing: errand.doing }));
  return undefined;
}

/** The HTTP status of the engine's answer; undefined for any other error. */
export const statusOf = (error: unknown): number | undefined => {
  const status = (error as { statusCode?: unknown } | undefined)?.statusCode;
  return typeof status === 'number' ? status : undefined;
};

/** What the engine itself said, without the HTTP around it: dockerode leaves no `json` of a request for a stream, such as a pull. */
function messageOf(error: unknown): string {
  const json = (error as { json?: { message?: unknown } } | undefined)?.json;
  if (typeof json?.message === 'string') return json.message;
  return describeError(error).replace(/^\(HTTP code \d+\) (?:[^-]* - )?/, '');
}

/** Registries and images can send any text, so it becomes one short line of printable characters. */
const sanitize = (text: string): string =>
  text
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
    .trim()
    .slice(0, 500);
