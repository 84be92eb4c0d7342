import type { ControllerTrouble } from '../controllers.js';
import type { ProblemCode } from '../problems.js';
import type { FindingCode } from '../events/findings.js';
import { get, type Table } from './entry.js';

/** Codes in logs, and in what the agent and the API answer each other. No request of a client ends with one. */
type ProgramCode =
  | Exclude<ControllerTrouble, ProblemCode | FindingCode>
  | 'settings-invalid'
  | 'plaintext-refused'
  | 'certificate-unusable'
  | 'port-in-use'
  | 'nats-account-refused'
  | 'nats-user-shared'
  | 'api-authority-unreadable'
  | 'api-unreachable'
  | 'api-untrusted'
  | 'join-answer-unreadable'
  | 'join-secret-unreadable'
  | 'labels-ignored'
  | 'host-key-damaged'
  | 'host-record-damaged'
  | 'host-removed'
  | 'journal-unavailable'
  | 'state-folder-in-use'
  | 'world-taken'
  | 'simulator-missing'
  | 'probes-running'
  | 'token-withheld'
  | 'foreign-network'
  | 'answer-too-long';

/** Why a program does not start, or what it reports only in its log. */
export const PROGRAMS = {
  'controller-not-ready': {
    means: 'The controller of the node is still starting.',
    fix: 'Wait a few seconds.',
    see: get('/v1/controllers'),
  },
  'controller-not-ready/reading': {
    cause: 'the zerotier-one of this node is still reading the records of its controller',
  },
  'controller-unreachable': {
    means: 'The agent cannot reach the zerotier-one whose controller it was asked to use.',
    fix: 'Check that zerotier-one is running on the node of the controller: `orrery node get NODE`.',
    see: get('/v1/controllers'),
  },
  'controller-unreachable/bridge': {
    fix: ({ network }: { network: string }) =>
      `Let the agent connect to containers on the bridge ${network} (TCP, the ports of ORRERY_NODE_PORTS and 9993), then restart the agent: a firewall of this host, or a network namespace around the agent, blocks it.`,
  },
  'controller-unreachable/exec-only': {
    cause:
      'the agent reaches this container by docker exec alone, but a controller only over the bridge address of its container',
    fix: ({ network }: { network: string }) =>
      `Let the agent connect to containers on the bridge ${network} (TCP, the ports of ORRERY_NODE_PORTS and 9993), then restart the agent: a firewall of this host, or a network namespace around the agent, blocks it.`,
  },
  'controller-unreachable/simulated': { fix: 'Wait until the simulated zerotier-one is running.' },
  'settings-invalid': {
    means: 'An environment variable has an invalid value, or two contradict each other.',
    fix: 'Correct the environment variables named in the cause; docs/config.md lists all of them.',
  },
  'settings-invalid/half-a-certificate': {
    cause: 'ORRERY_TLS_CERT and ORRERY_TLS_KEY belong together',
    fix: 'Set both, or neither for a certificate that the API creates.',
  },
  'settings-invalid/tls-off': {
    cause: 'ORRERY_TLS is off, but a certificate is set',
    fix: 'Remove one of the two settings.',
  },
  'settings-invalid/password-twice': {
    cause: 'ORRERY_DATABASE_PASSWORD_FILE: DATABASE_URL has a password, too',
    fix: 'Remove the password from the URL, or unset ORRERY_DATABASE_PASSWORD_FILE.',
  },
  'settings-invalid/password-unreadable': {
    cause: ({ error }: { error: string }) => `ORRERY_DATABASE_PASSWORD_FILE: ${error}`,
    fix: 'Set it to a file that this user can read, or unset ORRERY_DATABASE_PASSWORD_FILE.',
  },
  'settings-invalid/password-empty': {
    cause: ({ file }: { file: string }) => `ORRERY_DATABASE_PASSWORD_FILE: ${file} is empty`,
    fix: 'Write the password into it, or unset ORRERY_DATABASE_PASSWORD_FILE.',
  },
  'settings-invalid/world': {
    cause: ({ why }: { why: string }) => `ORRERY_SIMULATED_WORLD: ${why}`,
    fix: ({ needed }: { needed: string }) =>
      `Set it to a ${needed}, or unset it: each simulated host then has a world of its own.`,
  },
  'plaintext-refused': {
    means: 'The API would be reachable over the network without encryption.',
    fix: 'Use https: in ORRERY_PUBLIC_URL (the API creates a certificate), or listen on 127.0.0.1. Set ORRERY_TLS=off only if something else encrypts or fences the connection.',
  },
  'plaintext-refused/listen': {
    cause: ({ listen, url }: { listen: string; url: string }) =>
      `the API would listen on ${listen} and be called as ${url}: tokens would cross the network unencrypted`,
  },
  'certificate-unusable': {
    means: "The API's certificate or its key cannot be used.",
    fix: 'Set ORRERY_TLS_CERT and ORRERY_TLS_KEY to PEM files that the API can read and that belong to the same key.',
  },
  'certificate-unusable/files': {
    cause: ({ certificate, key, error }: { certificate: string; key: string; error: string }) =>
      `cannot use the certificate ${certificate} with the key ${key}: ${error}`,
  },
  'port-in-use': {
    means: 'Another program listens on the port of the API.',
    fix: 'Stop the program that listens there (`ss -ltnp` shows it), or set ORRERY_PORT to another port.',
  },
  'port-in-use/api': { cause: ({ port }: { port: number }) => `port ${port} is in use` },
  'nats-account-refused': {
    means: 'NATS did not accept the account with which the API admits agents.',
    fix: 'Check that the NATS server was started with secrets/nats/server.conf of this installation.',
  },
  'nats-account-refused/said': { cause: ({ said }: { said: string }) => `NATS did not accept the account: ${said}` },
  'nats-user-shared': {
    means: 'All agents share one user of NATS, so none is isolated from the others.',
    fix: 'Set NATS_URL without a user, to a server that has secrets/nats/server.conf in its configuration.',
  },
  'api-authority-unreadable': {
    means: "The agent cannot read the authority of the API's certificate.",
    fix: 'Copy secrets/tls/ca.crt of the API to this host and set ORRERY_API_CA to the copy.',
  },
  'api-authority-unreadable/file': {
    cause: ({ error }: { error: string }) => `cannot read the authority of the API's certificate: ${error}`,
  },
  'api-unreachable': {
    means: 'The agent cannot reach the API.',
    fix: 'Start the API, or set ORRERY_URL to its address.',
  },
  'api-unreachable/url': { cause: ({ url, error }: { url: string; error: string }) => `cannot reach ${url}: ${error}` },
  'api-untrusted': {
    means: 'The server at the address of the API is not the one that this host trusts.',
    fix: 'Check ORRERY_URL. If the key or the authority of the API has changed, join this host again with a new join token: `orrery host add --replace HOST`.',
  },
  'api-untrusted/url': {
    cause: ({ url, error }: { url: string; error: string }) =>
      `the server at ${url} is not the API that this host trusts, so nothing was sent: ${error}`,
  },
  'join-answer-unreadable': {
    means: 'The API answered a join in a form that this agent does not know.',
    fix: 'Check that ORRERY_URL is the address of an Orrery API of a compatible version.',
  },
  'join-answer-unreadable/path': {
    cause: ({ url, path, error }: { url: string; path: string; error: string }) =>
      `${url} answered ${path} in a form that this agent does not know: ${error}`,
  },
  'join-secret-unreadable': {
    means: 'The agent cannot read its join secret.',
    fix: "Copy the API's join.secret to the file named in the log, or set ORRERY_JOIN_SECRET_FILE.",
  },
  'join-secret-unreadable/file': {
    cause: ({ error }: { error: string }) => `cannot read the join secret: ${error}`,
    fix: ({ file }: { file: string }) => `Copy the API's join.secret to ${file}, or set ORRERY_JOIN_SECRET_FILE.`,
  },
  'labels-ignored': {
    means:
      'The API did not accept the labels of ORRERY_HOST_LABELS: the join token does not let machines choose labels.',
    fix: 'Label the host yourself: `orrery host set HOST --label KEY=VALUE`.',
  },
  'labels-ignored/host': {
    cause:
      'the API did not accept the labels of ORRERY_HOST_LABELS: the join token does not let machines choose labels',
    fix: ({ host }: { host: string }) =>
      `Label the host where you manage it: \`orrery host set ${host} --label KEY=VALUE\`. Next time put the labels on the token (-l KEY=VALUE), or create it with --own-labels.`,
  },
  'host-key-damaged': {
    means: 'The agent cannot read the key of its host.',
    fix: 'Join this machine again in its place: run `orrery host add --replace HOST`, then run what it prints here.',
  },
  'host-key-damaged/file': {
    cause: ({ file, error }: { file: string; error: string }) => `cannot read ${file}: ${error}`,
  },
  'host-record-damaged': {
    means: 'The agent cannot read which host it is.',
    fix: 'Delete the file named in the cause: the agent joins again and, by its installation ID, gets the same host.',
  },
  'host-record-damaged/file': {
    cause: ({ file, error }: { file: string; error: string }) => `cannot read ${file}: ${error}`,
  },
  'host-removed': {
    means: 'The host was removed from Orrery, so its agent only observes.',
    fix: 'To bring the host back, restart the agent with a valid join secret: it joins as a new host. Otherwise stop the agent; containers and memberships stay as they are.',
  },
  'journal-unavailable': {
    means: 'The agent cannot open or write its journal.',
    fix: 'Free space on the disk of ORRERY_AGENT_HOME, and check that the agent can write there.',
  },
  'journal-unavailable/open': {
    cause: ({ folder, error }: { folder: string; error: string }) => `cannot open the journal in ${folder}: ${error}`,
  },
  'journal-unavailable/write': { cause: ({ error }: { error: string }) => `cannot write the journal: ${error}` },
  'state-folder-in-use': {
    means: 'Another agent uses this state folder.',
    fix: 'Stop the other agent, or give this one a folder of its own with ORRERY_AGENT_HOME.',
  },
  'state-folder-in-use/journal': {
    cause: ({ folder }: { folder: string }) => `another agent runs with the state folder of ${folder}`,
  },
  'world-taken': {
    means: 'Another process runs this simulated host.',
    fix: 'Stop the other process, or give this agent a state folder that is not a copy.',
  },
  'world-taken/host': { cause: ({ host }: { host: string }) => `another process runs this simulated host (${host})` },
  'simulator-missing': {
    means: 'The agent was told to simulate a host, but an installed agent comes without the simulator.',
    fix: 'Unset ORRERY_SIMULATE to manage this host. For simulated hosts, run `npm start` in a clone of Orrery.',
  },
  'simulator-missing/installed': {
    cause: 'ORRERY_SIMULATE is set, but this agent was installed without the simulator',
  },
  'probes-running': {
    means: 'As many probes as the agent allows at once are running.',
    fix: 'Try again when one of them has ended.',
    see: get('/v1/events?type=probe.*'),
  },
  'probes-running/most': {
    cause: ({ node, host }: { node: number; host: number }) =>
      `as many probes as allowed are running (${node} on a node, ${host} on a host)`,
  },
  'token-withheld': {
    means: 'The answer repeats an earlier one. Only that one showed the token, and Orrery does not keep it.',
    fix: 'Use the token of the first answer. If that is lost, revoke the token (`orrery token revoke ID`) and create another with a new Idempotency-Key.',
    see: { method: 'DELETE', path: '/v1/tokens/{token}' },
  },
  'token-withheld/revoke': {
    cause: 'this answer repeats an earlier one; only that one showed the token, and Orrery does not keep it',
    fix: ({ id }: { id: string }) =>
      `If the first answer is lost, revoke the token (\`orrery token revoke ${id}\`) and create another with a new Idempotency-Key.`,
  },
  'foreign-network': {
    means: 'The network belongs to another controller, so nobody could ever join it here.',
    fix: 'Ask the controller that the network belongs to, or choose a network ID that begins with the address of this one.',
  },
  'foreign-network/network': {
    cause: ({ network, controller, own }: { network: string; controller: string; own: string }) =>
      `the network ${network} belongs to the controller ${controller}, but this one is ${own}`,
    fix: ({ own }: { own: string }) =>
      `Ask the controller that the network belongs to, or choose a network ID that begins with ${own}.`,
  },
  'answer-too-long': {
    means: 'What a controller answered does not fit into one message.',
    fix: 'Ask zerotier-one on the host itself.',
  },
  'answer-too-long/bytes': {
    cause: ({ most }: { most: number }) => `the controller answered with more than ${most} bytes`,
  },
} as const satisfies Table<ProgramCode>;
