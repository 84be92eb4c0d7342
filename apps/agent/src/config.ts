import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import { ImageReference, Labels, Name } from '@orrery/shared/contracts';
import { BooleanSetting, readConfig } from '@orrery/shared/runtime';
import { z } from 'zod';

/** Inclusive. */
export interface PortRange {
  first: number;
  last: number;
}

/** `25000-25999`. Ports below 1024 need rights that the nodes lack. */
export const PortRangeText = z
  .string()
  .regex(/^\d{4,5}-\d{4,5}$/, 'write a range of ports, as 25000-25999')
  .transform((text): PortRange => {
    const [first = 0, last = 0] = text.split('-').map(Number);
    return { first, last };
  })
  .refine(
    ({ first, last }) => first >= 1024 && first <= last && last <= 65_535,
    'the range must lie within 1024-65535',
  );

const orreryHome = join(homedir(), '.orrery');

/** `site=cloud,tier=web` → labels. */
const LabelList = z
  .string()
  .transform((text, context) => {
    const pairs = text.split(',').map((pair) => pair.trim().split('='));
    const wrong = pairs.find((pair) => pair.length !== 2);
    if (wrong) context.addIssue({ code: 'custom', message: `"${wrong.join('=')}" is not key=value` });
    return Object.fromEntries(pairs.map(([key = '', value = '']) => [key, value]));
  })
  .pipe(Labels);

/**
 * A path, or Docker's `unix:///…` form. Engines over TCP are not supported, because anyone who can reach the port is
 * root.
 */
const UnixSocket = z
  .string()
  .transform((text) => text.replace(/^unix:\/\//, ''))
  .refine((path) => path.startsWith('/'), 'only unix:///path/to/docker.sock is supported');

/** The host's name, made valid: any character except a-z, 0-9 and - becomes -. */
function defaultName(): string {
  const name = (hostname().split('.')[0] ?? '').toLowerCase().replaceAll(/[^a-z0-9-]+/g, '-');
  return name.replaceAll(/^-+|-+$/g, '').slice(0, 63) || 'host';
}

/** Every setting of the agent. */
export const AgentSettings = z.object({
  ORRERY_AGENT_HOME: z
    .string()
    .default(join(orreryHome, 'agent'))
    .meta({ description: 'State folder: who this host is, its desired state, its journal, identities of its nodes' }),
  ORRERY_URL: z
    .url({ protocol: /^https?$/ })
    .default('http://127.0.0.1:7070')
    .meta({
      description:
        'Address of the API. Used to join and, from time to time, to renew credentials; everything else goes over NATS',
    }),
  ORRERY_API_PIN: z
    .string()
    .regex(/^[A-Za-z0-9+/]{43}=$/, 'write the base64 of a SHA-256')
    .optional()
    .meta({
      description:
        "Base64 SHA-256 of the public key in the API's certificate: the agent talks to no other server. Set alone, it replaces the check of the certificate chain",
    }),
  ORRERY_API_CA: z.string().optional().meta({
    description: "PEM file of the CA that issued the API's certificate, if that is not a public one",
  }),
  ORRERY_JOIN_SECRET_FILE: z
    .string()
    .default(join(orreryHome, 'secrets', 'join.secret'))
    .meta({
      description:
        'File with the secret or token for joining. It is sent only to join; a pin in it continues to identify the API',
    }),
  ORRERY_HOST_NAME: Name.default(defaultName()).meta({ description: 'Name of this host when it joins' }),
  ORRERY_HOST_LABELS: LabelList.default({}).meta({
    description:
      'Labels of this host when it joins, as `site=cloud,tier=web`. With a join token, they count only if it was created with --own-labels',
  }),
  ORRERY_SIMULATE: BooleanSetting.default(false).meta({
    description: 'Run a simulated host: the same agent over a model of zerotier-one, without Docker',
  }),
  ORRERY_SIMULATED_WORLD: z.string().startsWith('/').optional().meta({
    description:
      'Folder (0700, a short path) in which the simulated hosts of one machine find each other: nodes of one join networks on controllers of another. Without it, each host is isolated',
  }),
  DOCKER_HOST: UnixSocket.optional().meta({ description: 'The Docker Engine, as `unix:///path/to/docker.sock`' }),
  ORRERY_DOCKER_SOCKET: UnixSocket.optional().meta({
    description: 'The same, as a path; takes precedence over DOCKER_HOST. Without either: /var/run/docker.sock',
  }),
  ORRERY_DOCKER_NETWORK: z
    .string()
    .regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/)
    .default('orrery')
    .meta({ description: 'Bridge network for the containers; created if it does not exist' }),
  DOCKER_CONFIG: z
    .string()
    .default(join(homedir(), '.docker'))
    .meta({ description: 'Folder of the config.json with the credentials of registries, as `docker login` writes it' }),
  ORRERY_ZEROTIER_HOME: z
    .string()
    .default('/var/lib/zerotier-one')
    .meta({ description: "Home of this host's own zerotier-one" }),
  ORRERY_ZEROTIER_PORT: z.coerce
    .number()
    .int()
    .min(1)
    .max(65535)
    .optional()
    .meta({ description: 'Port of its local API; by default read from zerotier-one.port in its home' }),
  ORRERY_ZEROTIER_IMAGE: ImageReference.default('zerotier/zerotier:1.14.2').meta({
    description: 'Image for containers whose launch names none',
  }),
  ORRERY_NODE_PORTS: z.string().default('25000-25999').pipe(PortRangeText).meta({
    description:
      'Range of UDP ports for nodes in containers. Each node gets one when its container is first created, unique on this engine, and keeps it',
  }),
  ORRERY_WARM_IDENTITIES: z.coerce.number().int().min(0).max(64).default(3).meta({
    description:
      'How many identities to pre-generate with that image, once it is present, so that a launch does not have to wait for one; 0: none',
  }),
  ORRERY_START_SPACING_SECONDS: z.coerce.number().min(0).max(60).default(2.1).meta({
    description:
      'Seconds between the starts of two containers that their root does not know, because it accepts only one per 2 s and /24. 0: no waiting',
  }),
  ORRERY_MOONS_DIR: z.string().optional().meta({ description: 'Folder of `*.moon` files that every container gets' }),
  ORRERY_POLICY_FILE: z.string().startsWith('/').optional().meta({
    description:
      'What this host allows (docs/policy.md). By default /etc/orrery/policy.yaml, if it exists; a file that is set here must exist',
  }),
  ORRERY_JOURNAL_CAP_MB: z.coerce.number().positive().default(256).meta({
    description:
      'Maximum size of the events that the API has not confirmed. Beyond it, only the last value of each state is reported; authorization events are all kept',
  }),
  ORRERY_CONFIRM_SECONDS: z.coerce.number().positive().default(60).meta({
    description:
      'How long the API can be unreachable after a change to a network of the zerotier-one on the host itself, before the agent undoes the change',
  }),
  ORRERY_HEALTH_FILE: z.string().startsWith('/').optional().meta({
    description:
      'File that the agent writes each time it observes its machine (at least every 30 seconds), once the API has answered its hello. A missing or old file means that the agent is unhealthy',
  }),
  ORRERY_LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .meta({ description: 'Least severe level that is logged' }),
  ORRERY_LOG_FILE: z.string().optional().meta({
    description:
      'File to which standard output is redirected, opened for appending: the process keeps it below 10 MB, with two older ones beside it. `npm start` sets it; without it, the reader of the output must limit its size',
  }),
});

/** Where this host's policy is. */
export interface PolicyPlace {
  file: string;
  /** Whether a setting names the file: then its absence is an error. Otherwise, absence means the defaults. */
  isNamed: boolean;
}

export interface AgentConfig {
  home: string;
  apiUrl: string;
  apiPin?: string | undefined;
  apiCaFile?: string | undefined;
  joinSecretFile: string;
  hostName: string;
  hostLabels: Labels;
  simulate: boolean;
  simulatedWorld: string | undefined;
  dockerSocket: string;
  dockerNetwork: string;
  dockerConfigFile: string;
  zerotierHome: string;
  zerotierPort: number | undefined;
  zerotierImage: string;
  nodePorts: PortRange;
  warmIdentities: number;
  /** Time between the starts of two nodes that their root does not know. */
  strangerGapMs: number;
  moonsDir: string | undefined;
  policy: PolicyPlace;
  journalCapBytes: number;
  confirmMs: number;
  healthFile: string | undefined;
  /** The file that standard output goes to, if the process itself must limit its size. */
  logFile: string | undefined;
  logLevel: z.infer<typeof AgentSettings>['ORRERY_LOG_LEVEL'];
}

export function readAgentConfig(env: Record<string, string | undefined>): AgentConfig {
  const settings = readConfig(AgentSettings, env);
  return {
    home: settings.ORRERY_AGENT_HOME,
    apiUrl: settings.ORRERY_URL.replace(/\/+$/, ''),
    apiPin: settings.ORRERY_API_PIN,
    apiCaFile: settings.ORRERY_API_CA,
    joinSecretFile: settings.ORRERY_JOIN_SECRET_FILE,
    hostName: settings.ORRERY_HOST_NAME,
    hostLabels: settings.ORRERY_HOST_LABELS,
    simulate: settings.ORRERY_SIMULATE,
    simulatedWorld: settings.ORRERY_SIMULATED_WORLD,
    dockerSocket: settings.ORRERY_DOCKER_SOCKET ?? settings.DOCKER_HOST ?? '/var/run/docker.sock',
    dockerNetwork: settings.ORRERY_DOCKER_NETWORK,
    dockerConfigFile: join(settings.DOCKER_CONFIG, 'config.json'),
    zerotierHome: settings.ORRERY_ZEROTIER_HOME,
    zerotierPort: settings.ORRERY_ZEROTIER_PORT,
    zerotierImage: settings.ORRERY_ZEROTIER_IMAGE,
    nodePorts: settings.ORRERY_NODE_PORTS,
    warmIdentities: settings.ORRERY_WARM_IDENTITIES,
    strangerGapMs: settings.ORRERY_START_SPACING_SECONDS * 1000,
    moonsDir: settings.ORRERY_MOONS_DIR,
    policy: {
      file: settings.ORRERY_POLICY_FILE ?? '/etc/orrery/policy.yaml',
      isNamed: settings.ORRERY_POLICY_FILE !== undefined,
    },
    journalCapBytes: settings.ORRERY_JOURNAL_CAP_MB * 1024 * 1024,
    confirmMs: settings.ORRERY_CONFIRM_SECONDS * 1000,
    healthFile: settings.ORRERY_HEALTH_FILE,
    logFile: settings.ORRERY_LOG_FILE,
    logLevel: settings.ORRERY_LOG_LEVEL,
  };
}
