/**
 * Describes each operation for the OpenAPI document, in more detail than its summary. An operation without a text does
 * not compile, and a text without an operation fails a test.
 */
export const OPERATION_TEXTS = {
  getHealth: 'Answers as long as the process runs, even if everything else is unreachable. Needs no token.',
  getReadiness:
    'Answers 200 when the database, its migrations and NATS are ready, otherwise 503; `checks` names what is missing. Needs no token.',
  getVersion:
    'Answers the version of this API, of its protocol with agents, and the id of its database. Needs no token.',
  getMetrics: 'Answers metrics in the text format of Prometheus.',
  getStatus:
    'Counts hosts, containers, memberships and commands, and lists problems, the worst first, each with the command to run next.',
  getTopology:
    'Answers hosts, nodes, networks, memberships, controllers and paths of one moment, each with its state and little else. For pictures: it has no pages. Send its `ETag` as `If-None-Match`: 304 as long as nothing in it has changed.',

  listHosts: 'Lists hosts by name, one page at a time.',
  getHost: 'Answers one host. The `ETag` is its version, for `If-Match`.',
  changeHost:
    'Changes the name or the labels of a host. Anything left out stays as it is. With `If-Match`, only the version that you saw is changed.',
  removeHost:
    'Forgets a host. Everything already running keeps running, and its history stays. A host with containers or networks is refused (409), unless `confirm` is its name.',
  pauseHost:
    'Pauses a host: its agent observes and reports, but changes nothing. Everything already running keeps running. Changes are accepted and done after `resume`.',
  resumeHost: 'Resumes a paused host: its agent then applies every change requested while it was paused.',
  revokeHost:
    'Revokes the key of a host and ends its agent’s connection within seconds. Everything already running keeps running.',
  rotateHost:
    'Asks the agent of a host to create a new key; the old one becomes invalid a moment later. The host must be online.',
  examineHost:
    'Asks the agent of a host to look for causes that lie in its machine: the engine, the firewall, UDP, roots, ports, disk. It looks anew and takes at most three seconds; those who ask at the same time get one look. What it finds also becomes findings. The host must be online.',

  listNodes: 'Lists nodes by name, one page at a time.',
  getNode: 'Answers one node: where it runs and what its zerotier-one last reported.',
  startProbe:
    'Tests what a node can reach, from inside its network namespace: by ping, TCP or HTTP. Answers 202 at once; read the result with `GET /v1/nodes/{node}/probes/{probe}` or as events `probe.*`.',
  listProbes: 'Lists the probes of a node of the last 24 hours, newest first, one page at a time.',
  getProbe: 'Answers a probe of the last 24 hours: its progress, and its result once it has finished.',

  listContainers: 'Lists the containers that Orrery manages on all hosts, by host and name, one page at a time.',
  listHostContainers: 'Lists the containers that Orrery manages on one host, by name, one page at a time.',
  findContainer: 'Answers one container, found without naming its host. The `ETag` is its version, for `If-Match`.',
  getContainer: 'Answers one container of a host. The `ETag` is its version, for `If-Match`.',
  launchContainer:
    'Launches a ZeroTier container on a host and joins its node to networks. The same launch again gives a new command on the same container; another spec under the same name is refused (409).',
  replaceContainer:
    'Gives a container a new spec, as a whole. Its node and its ZeroTier identity stay; the container is recreated if needed. A container that does not exist is launched; with `If-Match` that is refused (412).',
  removeContainer:
    'Removes a container and its node. With `forget=true`, also its records on the controllers of its networks.',
  restartContainer: 'Restarts a container. Its node and its ZeroTier identity stay.',
  getContainerLogs: 'Asks the host for the last lines of a container’s log. The host must be online.',

  attachWorkload:
    'Puts a container that somebody else runs on networks: a ZeroTier container shares its network, so the workload itself has the interface and its address. It waits for a workload that does not run. The same attachment again gives a new command on the same container; another workload or spec under the same name is refused (409).',
  listAttachments:
    'Lists the attachments on one host, by name, one page at a time. `GET /v1/containers` lists them, too.',
  listWorkloads:
    'Lists the containers that are not Orrery’s but wear labels for it, or are attached, by host and name, one page at a time. For each network that a label asks for, it shows why the label has no effect, if it has none.',
  getAttachment: 'Answers one attachment of a host, as a container. The `ETag` is its version, for `If-Match`.',
  detachWorkload:
    'Removes an attachment and its node; the workload keeps running. With `forget=true`, also its records on the controllers of its networks.',

  listNetworks: 'Lists networks that have a name here, or that a node is in or should be in, one page at a time.',
  getNetwork: 'Answers one network. The `ETag` is its version, for `If-Match`.',
  createNetwork:
    'Creates a network on a controller. Without pools and routes, it gets a free private /24 that overlaps no route of any host.',
  nameNetwork: 'Gives a network a name to use in place of its ID, also one that Orrery does not keep.',
  changeNetwork:
    'Changes the name, configuration or admission policy of a network that Orrery keeps. Anything left out stays as it is; `admission` is replaced as a whole.',
  deleteNetwork:
    'Deletes a network, also on its controller if Orrery keeps it. For a kept network, `confirm` must be its name.',

  listRoutes: 'Lists the prefixes that routers bring into networks, by network and prefix, one page at a time.',
  listNetworkRoutes: 'Lists the prefixes that routers bring into this network, by prefix, one page at a time.',
  getRoute: 'Answers one route. The `ETag` is its version, for `If-Match`.',
  addRoute:
    'Brings a prefix into a network that Orrery keeps: makes nodes on the named hosts routers, and announces the prefix once the first of them has its address and forwards. For a host without a container, one is launched. The same route again gives new commands.',
  changeRoute:
    'Switches a route to another of its routers. Open connections through it end; new ones take the new way.',
  removeRoute:
    'Takes a route back: first its announcement, then what its routers were told, then the containers that it launched.',

  listMemberships: 'Lists nodes in networks: what is desired and what is observed, one page at a time.',
  getMembership:
    'Answers one node in one network. The `ETag` is its version, for `If-Match`; an unmanaged membership has none.',
  joinNetwork:
    'Joins a node to a network, changes the settings of a membership, or takes over one that a person created (`adopt`). The command is done when the kernel shows the interface with its address.',
  leaveNetwork:
    'Makes a node leave a network. With `release=true` the node stays in it, and Orrery no longer manages the membership.',
  listPaths:
    'Answers how each node of a network reaches each other one, from its own view: directly, over a root, or not. With the likely reason where it is not direct. One page at a time.',
  listInterfaces: 'Lists ZeroTier interfaces as the kernel of each node shows them, one page at a time.',

  listControllers: 'Lists controllers by name, one page at a time.',
  getController: 'Answers one controller: where it is, and whether it answers.',
  addController:
    'Adds a controller. A controller in the zerotier-one of a node, or ZeroTier Central, is usable at once (201). With `host`, a container with a controller is launched there first (202, with its command).',
  changeController: 'Gives a controller another name, or ZeroTier Central another token.',
  removeController:
    'Forgets a controller. Its networks and the container that it runs in stay. A controller on which networks are kept is refused (409), unless `confirm` is its name.',

  listAdmissions:
    'Lists who is in a network that Orrery keeps, should be, or asks to be: what was decided, what the controller says and what the node shows, one page at a time.',
  listNetworkAdmissions:
    'Lists who is in this network, should be, or asks to be: what was decided, what the controller says and what the node shows, one page at a time.',
  getAdmission:
    'Answers one node in one network: what was decided, what the controller says and what the node shows. The `ETag` is its version, for `If-Match`.',
  putAdmission:
    'Admits a node to a network, keeps it out, or changes its record on the controller: name, fixed addresses, bridge. A node can be authorized before it exists, by its address.',
  putAdmissions:
    'Makes the same decision for many nodes: those desired in the network on hosts that the selector matches, or all that wait.',
  forgetAdmission:
    'Drops the record of a node on the controller. The record of a node that should still be in the network is dropped when it has left.',

  listCommands: 'Lists commands, newest first, one page at a time.',
  getCommand:
    'Answers one command. With `wait`, the answer comes as soon as there is news: the command ended, has more than `seen` stages or another `state`; at the latest when the wait is over. It always shows the command as it is at that moment.',
  fanOut:
    'Gives the same command to every host that a selector matches: to all of them or to none. If more than one matches, `confirm` must be their number; a dry run without it returns the number.',
  cancelCommand: 'Cancels a command that its host has not received yet. Its items become what they were before.',

  listEvents: 'Lists what happened, newest first unless `order=asc`, one page at a time.',
  getEventHistogram:
    'Counts events in parts of equal length, by kind or by severity, with the filters of the list. At most 250,000 events are counted, the newest; `countedFrom` then says from when on.',
  getEvent: 'Answers one event. Events are kept for a time and then dropped.',
  streamEvents:
    'Sends what happens as Server-Sent Events, from now on or from the event after `Last-Event-ID`, without a gap. The `data` of each message is a CloudEvent. `event: reset` means that the event to resume after is not available: read the current state again. A comment every 15 s keeps the connection alive.',
  getExplanation:
    'Explains why a host, a node, a membership, a network or a command is as it is: one sentence, the cause with its fix and the commands that carry it out, the views of controller, daemon and kernel, and how it came to be so. It changes nothing and asks no host: it tells what is stored, with its age.',
  listFindings: 'Lists diagnosed causes, each with its fix, one page at a time.',

  listTokens: 'Lists tokens of people and scripts, newest first, one page at a time, without their secrets.',
  getToken: 'Answers one token, found by its id or, if it is valid, by its name, without its secret.',
  createToken: 'Creates a token for a person or a script. This answer is the only one that shows its secret.',
  revokeToken: 'Revokes a token: the next request with it is refused.',
  createLogin:
    'Logs a page in with an API token. The answer has one half of the login, which the page keeps and sends as header `orrery-login`, and sets the other as a cookie, which the browser keeps. Each is worth nothing alone. The login is allowed what its token is allowed; it ends with the token, and after 12 hours without a request. A token has at most 100 logins: beyond that, the one that was used least recently ends. For scripts, send the token itself.',
  getMe: 'Answers which token the request comes with, or the token of its login, and what it is allowed to do.',
  endLogin:
    'Ends the login that the request comes with, and its event streams. The token stays valid. With a bearer token, the answer is 404.',
  listJoinTokens: 'Lists join tokens, newest first, one page at a time, without their secrets.',
  createJoinToken:
    'Creates a token with which machines become hosts. This answer is the only one that shows its secret.',
  getJoinToken: 'Answers one join token, and the hosts that enrolled with it.',
  revokeJoinToken: 'Revokes a join token. Hosts that enrolled with it stay.',

  getInstall: 'Answers the command that makes another machine a host, without its join token.',
  issueNonce: 'Answers a nonce that a machine signs to prove that it has its key. It is valid for a minute.',
  joinHost:
    'Makes a machine a host. The join token or join secret is the bearer token. The same installation with the same key gets the same host again.',
  renewHost: 'Returns new NATS credentials for a host. The host proves its identity with its key; no token is needed.',
} as const;
export type OperationId = keyof typeof OPERATION_TEXTS;

interface Parameter {
  description: string;
  example: unknown;
}

/** The meaning of path parameters by name, the same in every path. */
export const PATH_PARAMETERS: Record<string, Parameter> = {
  host: { description: 'A host: its name or id.', example: 'web-1' },
  node: {
    description:
      'A node: HOST for its own daemon, HOST.CONTAINER for one in a container, a ZeroTier address of 10 hex digits, or an id.',
    example: 'web-1',
  },
  network: { description: 'A network: its 16-digit ID or its name.', example: 'lab' },
  container: {
    description: 'A container: its id, HOST.NAME, or a name that only one host has.',
    example: 'demo',
  },
  route: {
    description: 'A route: its prefix, with `-` or `%2F` before the length, or its id.',
    example: '192.168.10.0-24',
  },
  name: { description: 'Name of a container or attachment on the host.', example: 'demo' },
  command: { description: 'Id of a command.', example: 'cmd_k3v7m2q5x4abcdefghij' },
  controller: { description: 'A controller: its name or id.', example: 'keeper' },
  event: { description: 'Id of an event.', example: 'k3v7m2-4711' },
  probe: { description: 'Id of a probe.', example: 'prb_k3v7m2q5x4abcdefghij' },
  token: { description: 'Id of a token; a token of people also by its name.', example: 'tok_k3v7m2q5x4abcdefghij' },
};

/** The groups of operations, in the order in which a reader meets them. */
export const TAGS = {
  hosts: 'Machines with an agent: their names and labels, whether they are heard from, their keys.',
  nodes:
    'Slots for one zerotier-one each: the daemon of a host, or the one in a container. What a node reaches is probed here.',
  containers: 'ZeroTier containers that Orrery manages on hosts.',
  attachments:
    'Workloads on ZeroTier networks: containers that somebody else runs. An attachment is a container in every other operation.',
  workloads: 'Containers that somebody else runs and that wear labels for Orrery, or are attached.',
  networks: 'ZeroTier networks: those that Orrery keeps on a controller, and those that nodes are in.',
  routes: 'Prefixes behind hosts that routers bring into networks.',
  memberships: 'Nodes in networks: join, leave, and the state of each.',
  interfaces: 'The `zt…` devices, as the kernel shows them.',
  controllers: 'What authorizes memberships: controllers in a zerotier-one, and ZeroTier Central.',
  admissions: 'Who gets into a network: what people decided, and what its controller says.',
  commands: 'Requested changes, tracked to their end.',
  events: 'What happened, as a list and as a stream.',
  findings: 'Diagnosed causes, each with its fix.',
  tokens: 'Tokens of people and scripts, and tokens with which machines become hosts.',
  logins: 'Logins of pages in browsers, and who a request comes from.',
  join: 'How a machine becomes a host. Agents use most of it.',
  explanations: 'Why things are as they are, in one sentence, with the cause and its fix.',
  system: 'Overall status, health, version and metrics.',
};
