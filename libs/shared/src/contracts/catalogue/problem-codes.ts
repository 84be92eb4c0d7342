import type { ProblemCode } from '../problems.js';
import { DOOR } from './door-codes.js';
import { counted, get, path, type Table } from './entry.js';
import type { FINDINGS } from './finding-codes.js';

const THINGS = {
  'unknown-host': { means: 'There is no such host.', fix: 'List the hosts: `orrery host ls`.', see: get('/v1/hosts') },
  'unknown-host/not-joined': {
    cause: ({ id }: { id: string }) => `the host ${id} has not joined here, or was removed`,
    fix: 'Restart its agent with a valid join secret: it joins as a new host.',
    see: { method: 'POST', path: '/v1/join' },
  },
  'unknown-node': {
    means: 'There is no such node.',
    fix: "List the nodes: `orrery node ls`. HOST is the host's own daemon, HOST/CONTAINER the one in a container.",
    see: get('/v1/nodes'),
  },
  'unknown-node/no-address': {
    cause: ({ node }: { node: string }) => `${node} has no ZeroTier address yet`,
    fix: 'Wait until it has started, or write the ten digits of an address.',
  },
  'unknown-container': {
    means: 'There is no such container.',
    fix: 'List the containers: `orrery container ls`.',
    see: get('/v1/containers'),
  },
  'unknown-network': {
    means: 'No network has this name, and it is not a 16-digit ID.',
    fix: 'List the networks (`orrery network ls`), or write the 16 digits.',
    see: get('/v1/networks'),
  },
  'unknown-network/name': {
    cause: ({ reference }: { reference: string }) =>
      `no network is named ${reference}, and it is not a network ID of 16 hex digits`,
    fix: ({ reference }: { reference: string }) =>
      `Create it: \`orrery network create ${reference}\`. If it exists elsewhere, write its ID, or name it: \`orrery network set NETWORK --name ${reference}\`.`,
  },
  'unknown-network/central': {
    cause: ({ network }: { network: string }) => `ZeroTier Central has no network ${network}`,
    fix: 'Create a new network (`orrery network create NAME`): this one was deleted there, or belongs to another account. Central chooses the network IDs itself.',
    see: { method: 'POST', path: '/v1/networks' },
  },
  'unknown-network/controller': {
    cause: ({ network }: { network: string }) =>
      `the zerotier-one of this node has no network ${network} on its controller`,
    fix: 'Create it again (`orrery network create NAME`), or forget it (`orrery network rm NETWORK`): it was deleted there, or never created.',
  },
  'unknown-prefix': {
    means: 'No router brings this prefix into the network.',
    fix: 'List the routes: `orrery route ls`. A route is found by its prefix.',
    see: get('/v1/routes'),
  },
  'unknown-prefix/network': {
    cause: ({ network, route }: { network: string; route: string }) => `${network} has no route ${route} by a router`,
    fix: ({ network }: { network: string }) => `List its routes: \`orrery route ls --network ${network}\`.`,
    see: ({ network }: { network: string }) => get(path`/v1/networks/${network}/routes`),
  },
  'prefix-refused': {
    means: 'Routers bring private IPv4 prefixes into a network, and nothing else.',
    fix: 'Name a prefix of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10.',
    see: { method: 'POST', path: '/v1/networks/{network}/routes' },
  },
  'prefix-refused/ipv6': {
    cause: ({ target }: { target: string }) => `${target} is IPv6: routers forward IPv4 only`,
    fix: 'Name the IPv4 prefix of the LAN.',
  },
  'prefix-refused/default': {
    cause: ({ target }: { target: string }) => `${target} would be a way to everywhere, not to one LAN`,
    fix: 'Name the prefix of the LAN, such as 192.168.10.0/24.',
  },
  'prefix-refused/link-local': {
    cause: ({ target }: { target: string }) => `${target} is link-local: no router forwards it`,
    fix: 'Give the machines addresses of a private prefix, and name that.',
  },
  'prefix-refused/public': {
    cause: ({ target }: { target: string }) => `${target} is not private`,
  },
  'prefix-refused/host-bits': {
    cause: ({ target }: { target: string }) => `${target} has bits after its length`,
    fix: ({ prefix }: { prefix: string }) => `Name the network of it: ${prefix}.`,
  },
  'prefix-taken': {
    means: 'The prefix overlaps one that the network has already.',
    fix: 'Choose another prefix, or take the other one away first.',
    see: get('/v1/networks/{network}'),
  },
  'prefix-taken/pool': {
    cause: ({ target, own, network }: { target: string; own: string; network: string }) =>
      `${target} overlaps ${own}, the addresses of ${network} itself`,
    fix: 'Create the network with a pool that does not overlap the LAN: `orrery network create NAME` chooses one.',
    see: { method: 'POST', path: '/v1/networks' },
  },
  'prefix-taken/route': {
    cause: ({ target, own, network }: { target: string; own: string; network: string }) =>
      `${target} overlaps ${own}, a route that somebody gave ${network}`,
    fix: ({ network }: { network: string }) =>
      `Take that route away first: \`orrery network set ${network}\` replaces the routes.`,
    see: ({ network }: { network: string }) => ({ method: 'PATCH', path: path`/v1/networks/${network}` }),
  },
  'prefix-taken/router': {
    cause: ({ target, own, network }: { target: string; own: string; network: string }) =>
      `${target} overlaps ${own}, which a router brings into ${network}`,
    fix: ({ own, network }: { own: string; network: string }) =>
      `Remove that route first: \`orrery route rm ${own} --network ${network}\`.`,
    see: ({ network }: { network: string }) => get(path`/v1/networks/${network}/routes`),
  },
  'prefix-taken/other-routers': {
    cause: ({ own, network, via }: { own: string; network: string; via: string }) =>
      `${network} has the route ${own} already, via ${via}`,
    fix: ({ own, network }: { own: string; network: string }) =>
      `To switch to another of its routers: \`orrery route set ${own} --network ${network} --via HOST\`. For other routers, remove it first: \`orrery route rm ${own} --network ${network}\`.`,
    see: ({ network }: { network: string }) => get(path`/v1/networks/${network}/routes`),
  },
  'too-many-routes': {
    means: 'A network has at most 32 routes. One by routers counts twice, because its two halves take turns with it.',
    fix: 'Remove routes (`orrery route ls`, `orrery network get NETWORK`), or name one wider prefix in place of several.',
    see: get('/v1/networks/{network}/routes'),
  },
  'too-many-routes/count': {
    cause: ({ network, count }: { network: string; count: number }) =>
      `${network} would have ${count} routes; one by routers counts twice`,
  },
  'router-refused': {
    means: 'The node cannot carry the route.',
    fix: 'Name another host: `--via HOST` launches a router there.',
    see: { method: 'POST', path: '/v1/networks/{network}/routes' },
  },
  'router-refused/same-host': {
    cause: ({ host }: { host: string }) => `${host} is named twice: when it fails, both routers do`,
    fix: 'Name each host once.',
  },
  'router-refused/no-halves': {
    cause: ({ target }: { target: string }) =>
      `${target} is a single address and has no halves, by which the network would switch to another router`,
    fix: 'Name one router, or the prefix around the address.',
  },
  'router-refused/not-in-network': {
    cause: ({ node, network }: { node: string; network: string }) => `${node} is not in ${network}`,
    fix: ({ node, network }: { node: string; network: string }) => `Join it first: \`orrery join ${node} ${network}\`.`,
    see: ({ node, network }: { node: string; network: string }) => ({
      method: 'PUT',
      path: path`/v1/nodes/${node}/networks/${network}`,
    }),
  },
  'router-refused/attachment': {
    cause: ({ node, workload }: { node: string; workload: string }) =>
      `${node} shares the network of ${workload}, where Orrery forwards nothing`,
    fix: ({ host }: { host: string }) => `Name the host alone: \`--via ${host}\` launches a router there.`,
  },
  'router-refused/no-pool': {
    cause: ({ network }: { network: string }) =>
      `${network} has no IPv4 prefix of its own, so a router gets no address in it`,
    fix: ({ network }: { network: string }) =>
      `Give the network a route and a pool first: \`orrery network set ${network}\`.`,
    see: ({ network }: { network: string }) => ({ method: 'PATCH', path: path`/v1/networks/${network}` }),
  },
  'router-refused/not-a-router': {
    cause: ({ router, target, via }: { router: string; target: string; via: string }) =>
      `${router} is no router of ${target}, only ${via}`,
    fix: ({ target, network }: { target: string; network: string }) =>
      `Name one of those. For other routers, remove the route and add it again: \`orrery route rm ${target} --network ${network}\`.`,
    see: ({ network }: { network: string }) => get(path`/v1/networks/${network}/routes`),
  },
  'check-refused': {
    means: 'The routers of a route cannot check this address.',
    fix: 'Check an address of a machine in the LAN, within the prefix of the route: `--check IP[:PORT]`.',
    see: { method: 'POST', path: '/v1/networks/{network}/routes' },
  },
  'check-refused/outside': {
    cause: ({ address, target }: { address: string; target: string }) => `${address} is not within ${target}`,
    fix: ({ target }: { target: string }) => `Check an address within ${target}.`,
  },
  'check-refused/one-each': {
    cause: ({ node, other, check }: { node: string; other: string; check: string }) =>
      `${node} already checks ${check} for ${other}, and a router checks one address`,
    fix: ({ other }: { other: string }) => `Leave the check out, or use other routers than those of ${other}.`,
  },
  'check-refused/another': {
    cause: ({ target, network, is }: { target: string; network: string; is: string }) =>
      `the route ${target} of ${network} checks ${is} already`,
    fix: ({ target, network }: { target: string; network: string }) =>
      `Add it with the same check, or remove it first: \`orrery route rm ${target} --network ${network}\`.`,
  },
  'router-in-use': {
    means: 'A route needs this router, or this network.',
    fix: 'Remove the route first: `orrery route rm PREFIX --network NETWORK`.',
    see: get('/v1/routes'),
  },
  'router-in-use/node': {
    cause: ({ node, targets, network }: { node: string; targets: string; network: string }) =>
      `${node} brings ${targets} into ${network}`,
    fix: ({ target, network }: { target: string; network: string }) =>
      `Remove the route first: \`orrery route rm ${target} --network ${network}\`.`,
    see: ({ network }: { network: string }) => get(path`/v1/networks/${network}/routes`),
  },
  'router-in-use/settings': {
    cause: ({ node, network, own }: { node: string; network: string; own: string }) =>
      `${node} is a router of ${network}, so it takes only ${own} from it: the route to its own LAN would lead back to itself`,
    fix: ({ own }: { own: string }) => `Leave allowManaged out, or set it to ${own}.`,
    see: ({ network }: { network: string }) => get(path`/v1/networks/${network}/routes`),
  },
  'router-in-use/network': {
    cause: ({ targets, network }: { targets: string; network: string }) => `routers bring ${targets} into ${network}`,
    fix: ({ target, network }: { target: string; network: string }) =>
      `Remove the route first: \`orrery route rm ${target} --network ${network}\`.`,
    see: ({ network }: { network: string }) => get(path`/v1/networks/${network}/routes`),
  },
  'unknown-membership': {
    means: 'The node is not in this network.',
    fix: 'List the memberships: `orrery membership ls`.',
    see: get('/v1/memberships'),
  },
  'unknown-membership/node': {
    fix: ({ node }: { node: string }) => `List the networks of the node: \`orrery membership ls --node ${node}\`.`,
    see: ({ node }: { node: string }) => get(path`/v1/memberships?node=${node}`),
  },
  'unknown-membership/admission': {
    cause: ({ node, network }: { node: string; network: string }) =>
      `${node} is not in ${network}, is not desired there, and has not asked to join`,
    fix: ({ network }: { network: string }) =>
      `List its nodes: \`orrery membership ls --network ${network}\`; add \`--pending\` for the nodes that wait.`,
    see: ({ network }: { network: string }) => get(path`/v1/networks/${network}/admissions`),
  },
  'unknown-controller': {
    means: 'There is no such controller.',
    fix: 'List the controllers: `orrery controller ls`.',
    see: get('/v1/controllers'),
  },
  'unknown-command': {
    means: 'There is no such command.',
    fix: 'List the commands: `orrery command ls`.',
    see: get('/v1/commands'),
  },
  'unknown-probe': {
    means: 'This node has no such probe, or it is older than a day.',
    fix: 'List the probes that are kept: `orrery event ls --type probe.*`.',
    see: get('/v1/events?type=probe.*'),
  },
  'unknown-probe/node': {
    cause: ({ node, id }: { node: string; id: string }) => `${node} has no probe ${id} of the last day`,
    fix: ({ node }: { node: string }) =>
      `List the probes that are kept: \`orrery event ls --node ${node} --type probe.*\`.`,
  },
  'unknown-event': {
    means: 'There is no such event here, or it is older than the retention.',
    fix: 'List the events: `orrery event ls`.',
    see: get('/v1/events'),
  },
  'unknown-event/reference': {
    cause: ({ reference }: { reference: string }) =>
      `there is no event ${reference}; events are kept for a time and then dropped`,
  },
  'unknown-reference': {
    means: 'There is no host, node or network with this name, or your token does not see it.',
    fix: 'Write HOST, HOST/CONTAINER, a ZeroTier address, a network, or the ID of a command: `orrery host ls`, `orrery node ls` and `orrery network ls` list them.',
    see: get('/v1/nodes'),
  },
  'unknown-reference/anything': {
    cause: ({ reference }: { reference: string }) => `there is no host, node or network ${reference}`,
  },
  'unknown-token': {
    means: 'There is no such token, or it was revoked.',
    fix: 'List the tokens: `orrery token ls`.',
    see: get('/v1/tokens'),
  },
  'unknown-token/join': {
    cause: ({ id }: { id: string }) => `there is no join token ${id}`,
    fix: 'List the join tokens: `orrery token ls --join`.',
    see: get('/v1/join-tokens'),
  },
  'token-in-state-folder': {
    means:
      "This is the admin token in the API's state folder. Without it, whoever runs that machine could be locked out.",
    fix: "To replace it, delete secrets/admin.token in the API's state folder and restart the API: it creates another, and the old one becomes invalid.",
  },
  'token-in-state-folder/admin': {
    cause: 'cannot revoke the admin token of the state folder: nobody might be able to log in anymore',
  },
  'ambiguous-reference': {
    means: 'More than one thing matches this reference.',
    fix: 'Use one of the candidates, or an ID.',
  },
  'ambiguous-reference/candidates': {
    cause: ({ reference, candidates }: { reference: string; candidates: string }) =>
      `${reference} can be ${candidates}`,
  },
  'ambiguous-reference/token': {
    cause: ({ reference }: { reference: string }) => `more than one valid token is named ${reference}`,
    fix: 'Use the ID: `orrery token ls -o wide` shows it.',
    see: get('/v1/tokens'),
  },
  'name-taken': { means: 'Something else has this name.', fix: 'Choose another name.' },
  'name-taken/host': {
    cause: ({ name }: { name: string }) => `another host is named ${name}`,
    fix: 'Choose another name. `orrery host ls` shows the ones in use.',
    see: get('/v1/hosts'),
  },
  'name-taken/joining-host': {
    cause: ({ name }: { name: string }) => `another host joined as ${name}`,
    fix: ({ name }: { name: string }) =>
      `Start the agent with another ORRERY_HOST_NAME. If that host is gone for good, forget it first: \`orrery host rm ${name}\`.`,
    see: ({ name }: { name: string }) => get(path`/v1/hosts/${name}`),
  },
  'name-taken/network': {
    cause: ({ name }: { name: string }) => `another network is named ${name}`,
    fix: 'Choose another name. `orrery network ls` shows the ones in use.',
    see: get('/v1/networks'),
  },
  'name-taken/controller': {
    cause: 'another controller has this name',
    fix: 'Choose another name (`--name NAME`). `orrery controller ls` shows the ones in use.',
    see: get('/v1/controllers'),
  },
  'name-taken/token': {
    cause: ({ name }: { name: string }) => `another valid token is named ${name}`,
    fix: ({ name }: { name: string }) =>
      `Choose another name, or revoke that token first: \`orrery token revoke ${name}\`.`,
    see: get('/v1/tokens'),
  },
  'container-differs': {
    means: 'A container of this name exists on the host with another specification.',
    fix: 'Change it and keep its identity (`orrery container set HOST/NAME`), or launch under another name.',
    see: { method: 'PUT', path: '/v1/hosts/{host}/containers/{name}' },
  },
  'container-differs/fields': {
    cause: ({ container, fields }: { container: string; fields: string }) =>
      `container ${container} exists with another specification: ${fields}`,
    fix: ({ container }: { container: string }) =>
      `Change it and keep its identity (\`orrery container set ${container}\`), or launch under another name.`,
  },
  'container-differs/workload': {
    cause: ({ container, workload }: { container: string; workload: string | null }) =>
      `container ${container} exists and is ${workload === null ? 'not an attachment' : `an attachment of ${workload}`}`,
    fix: ({ container }: { container: string }) =>
      `Choose another name (\`--name\` of \`orrery attach\`), or remove it first: \`orrery rm ${container}\`.`,
    see: { method: 'POST', path: '/v1/hosts/{host}/attachments' },
  },
  'container-differs/attached': {
    cause: ({ workload, container }: { workload: string; container: string }) =>
      `${workload} is attached already, by ${container}`,
    fix: ({ container }: { container: string }) =>
      `One node is enough for all networks of a workload: \`orrery join ${container} NETWORK\`.`,
    see: { method: 'PUT', path: '/v1/nodes/{node}/networks/{network}' },
  },
  'attached-by-label': {
    means: 'Labels of the workload ask for this attachment, so it would come back at once.',
    fix: 'Remove the label orrery.network from the workload and recreate it. To keep the node out of a network now: `orrery membership deny HOST/NAME NETWORK`.',
    see: get('/v1/workloads'),
  },
  'attached-by-label/container': {
    cause: ({ container, workload }: { container: string; workload: string }) =>
      `${container} is attached by the labels of ${workload}, so it would come back at once`,
    fix: ({ container, workload }: { container: string; workload: string }) =>
      `Remove the label orrery.network from ${workload} and recreate it. To keep it out of a network now: \`orrery membership deny ${container} NETWORK\`.`,
  },
  'attached-by-label/membership': {
    cause: ({ node, network }: { node: string; network: string }) =>
      `a label of its workload asks for ${network}, so ${node} would join it again at once`,
    fix: ({ node, network }: { node: string; network: string }) =>
      `Remove the network from the label orrery.network of the workload and recreate it. To keep it out now: \`orrery membership deny ${node} ${network}\`.`,
  },
  'container-differs/hidden': {
    cause: ({ name, host }: { name: string; host: string }) => `the name ${name} is taken on ${host}`,
    fix: 'Launch the container under another name.',
    see: { method: 'POST', path: '/v1/hosts/{host}/containers' },
  },
  'being-removed': {
    means: 'It is being removed, so nothing else can be done with it.',
    fix: 'Wait until the removal has ended (`orrery command ls`), or launch it again: `orrery launch NAME --host HOST --network NETWORK`.',
    see: get('/v1/commands'),
  },
  'being-removed/container': {
    cause: ({ container }: { container: string }) => `container ${container} is being removed`,
  },
  'host-not-empty': {
    means: 'The host still has containers or networks that Orrery manages.',
    fix: 'Remove its containers and leave its networks first, or run `orrery host rm HOST --force` (confirm=HOST in the API): they keep running, unmanaged.',
    see: { method: 'DELETE', path: '/v1/hosts/{host}?confirm={host}' },
  },
  'host-not-empty/counts': {
    cause: ({ host, containers, memberships }: { host: string; containers: number; memberships: number }) =>
      `${host} still has ${counted(containers, 'managed container')} and ${counted(memberships, 'managed membership')} of its own daemon`,
    fix: ({ host }: { host: string }) =>
      `Remove its containers and leave its networks first, or run \`orrery host rm ${host} --force\` (confirm=${host} in the API): they keep running, unmanaged.`,
    see: ({ host }: { host: string }) => ({ method: 'DELETE', path: path`/v1/hosts/${host}?confirm=${host}` }),
  },
  'no-controller': {
    means: 'Orrery knows no controller for the network, or there are several and the request names none.',
    fix: 'Launch one: `orrery controller add HOST`. If there are several, name one: `--controller NAME`.',
    see: { method: 'POST', path: '/v1/controllers' },
  },
  'no-controller/none': {
    cause: 'there is no controller yet',
    fix: 'Launch one: `orrery controller add HOST`.',
  },
  'no-controller/several': {
    cause: 'there are several controllers, and the request names none',
    fix: 'Name one: `--controller NAME`. `orrery controller ls` shows them.',
    see: get('/v1/controllers'),
  },
  'controller-away': {
    means:
      'The controller cannot be asked now: its host is unreachable, its daemon does not answer, or ZeroTier Central cannot be reached. Desired changes are kept, and applied when it is back.',
    fix: 'Check the controller: `orrery controller get NAME`. Nothing needs to be repeated: Orrery applies the desired changes when it is back.',
    see: get('/v1/controllers/{controller}'),
  },
  'controller-away/named': {
    fix: ({ name }: { name: string }) =>
      `Check the controller: \`orrery controller get ${name}\`. Nothing needs to be repeated: Orrery applies the desired changes when it is back.`,
  },
  'controller-away/central': {
    fix: "Check that the machine of the API can reach ZeroTier Central (DNS, firewall, the controller's URL). Orrery applies the desired changes when it is back.",
  },
  'controller-away/central-busy': {
    cause: ({ where, tries, wish }: { where: string; tries: string; wish: string }) =>
      `${where} accepts no more requests now (429, ${tries}${wish})`,
    fix: 'Check what else uses the account: its limit covers everything that the account does. Orrery applies the desired changes when Central accepts requests again.',
  },
  'controller-away/no-central': {
    cause: ({ path: to }: { path: string }) => `there is no ZeroTier Central at this URL: it answers ${to} with 404`,
    fix: "Check the controller's URL. Unless you run your own, it is https://api.zerotier.com/api/v1.",
  },
  'controller-away/too-many': {
    cause: ({ why }: { why: string }) => `Orrery does not ask the controller now: ${why}`,
    fix: 'Wait: Orrery applies the desired changes in turn. Fewer changes at a time finish sooner.',
  },
  'controller-away/node-gone': {
    cause: ({ name }: { name: string }) => `the node that was the controller ${name} is gone`,
    fix: ({ name }: { name: string }) =>
      `Add another controller (\`orrery controller add HOST\`) and create its networks again there. To forget this one: \`orrery controller rm ${name} --force\`.`,
    see: { method: 'POST', path: '/v1/controllers' },
  },
  'controller-away/moved': {
    cause: ({ name, address }: { name: string; address: string }) =>
      `${name} is no longer ${address}, which its networks are named after`,
    fix: 'Restore the identity of its node, or delete these networks here and create them again.',
  },
  'controller-away/token': {
    cause: ({ why }: { why: string }) => `cannot open the token of the controller: ${why}`,
    fix: 'Restore the file from the backup that belongs to this database, or give it the token again: `orrery controller set NAME --token-file FILE`.',
    see: { method: 'PATCH', path: '/v1/controllers/{controller}' },
  },
  'controller-in-use': {
    means: 'The controller has networks that Orrery manages.',
    fix: 'Delete its networks first (`orrery network rm NETWORK`), or run `orrery controller rm NAME --force` (confirm=NAME in the API): they keep running, unmanaged.',
    see: { method: 'DELETE', path: '/v1/controllers/{controller}?confirm={controller}' },
  },
  'controller-in-use/networks': {
    cause: ({ name, networks }: { name: string; networks: string }) => `${name} has ${networks}`,
    fix: ({ name }: { name: string }) =>
      `Delete its networks first (\`orrery network ls\` shows them), or run \`orrery controller rm ${name} --force\` (confirm=${name} in the API): they keep running, unmanaged.`,
    see: ({ name }: { name: string }) => ({ method: 'DELETE', path: path`/v1/controllers/${name}?confirm=${name}` }),
  },
  'central-refused': {
    means: 'ZeroTier Central does not accept the token, or the token does not allow this.',
    fix: 'Create a token at https://my.zerotier.com (Account, API Access Tokens), in the account that has the network, then run `orrery controller set NAME --token-file FILE`. Tokens of the new Central (central.zerotier.com) look the same but belong to another API; use a token of the legacy Central, or a controller of your own: `orrery controller add HOST`.',
    see: { method: 'PATCH', path: '/v1/controllers/{controller}' },
  },
  'central-address-refused': {
    means:
      'The URL of a controller leads to an address that the API does not connect to: this machine, a private network, or a link-local one.',
    fix: 'Use the public URL of the controller, or have whoever runs the API add its prefix to ORRERY_CENTRAL_PREFIXES (docs/config.md).',
  },
  'central-address-refused/never': {
    cause: ({ host, what }: { host: string; what: string }) =>
      `cannot use the URL of ZeroTier Central: ${host} leads to ${what}`,
    fix: 'Use the URL by which other machines reach it.',
  },
  'central-address-refused/not-listed': {
    cause: ({ host, what }: { host: string; what: string }) =>
      `cannot use the URL of ZeroTier Central: ${host} leads to ${what}`,
    fix: 'If the controller really is there, have whoever runs the API add its prefix to ORRERY_CENTRAL_PREFIXES (docs/config.md). Beyond loopback it needs https.',
  },
  'central-new-unsupported': {
    means: 'The token belongs to the new ZeroTier Central, whose API Orrery does not support.',
    fix: 'Use https://api.zerotier.com/api/v1 with a token of the legacy Central (https://my.zerotier.com, Account, API Access Tokens), or a controller of your own: `orrery controller add HOST`.',
    see: { method: 'POST', path: '/v1/controllers' },
  },
  'network-not-kept': {
    means: 'Orrery does not manage this network: it is on a controller that Orrery does not know.',
    fix: 'Change it on its own controller, or create a network of your own: `orrery network create NAME`.',
    see: { method: 'POST', path: '/v1/networks' },
  },
  'network-not-kept/network': {
    cause: ({ network }: { network: string }) =>
      `Orrery does not manage ${network}: it is on a controller that Orrery does not know`,
  },
  'network-not-kept/admission': {
    cause: ({ network }: { network: string }) =>
      `Orrery does not manage ${network}: its own controller authorizes its nodes`,
    fix: 'Authorize the node there, or create a network of your own: `orrery network create NAME`.',
  },
  'no-free-pool': {
    means:
      'Every /24 of 10.0.0.0/8 overlaps a route of some host or network. The cause names what takes most of it. What a host reports about its routes cannot be verified.',
    fix: 'Choose a pool yourself, even if hosts have a route to it: `orrery network create NAME --pool 10.1.2.0/24`. The routes of a revoked host no longer count: `orrery host revoke HOST`.',
    see: { method: 'POST', path: '/v1/networks' },
  },
  'no-free-pool/takers': {
    cause: ({ takers }: { takers: string }) => `no /24 of 10.0.0.0/8 is free: ${takers}`,
    fix: ({ network, pool }: { network: string; pool: string }) =>
      `Choose a pool yourself, even if hosts have a route to it: \`orrery network create ${network} --pool ${pool}\`.`,
  },
  'no-free-pool/host': {
    cause: ({ takers }: { takers: string }) => `no /24 of 10.0.0.0/8 is free: ${takers}`,
    fix: ({ network, pool, host }: { network: string; pool: string; host: string }) =>
      `Choose a pool yourself, even if hosts have a route to it: \`orrery network create ${network} --pool ${pool}\`. If ${host} claims routes that it does not have, revoke it: \`orrery host revoke ${host}\`.`,
  },
  'not-releasable': {
    means:
      'A container is created from its networks: a network that you release would be left anyway at its next recreation.',
    fix: "Leave the network (`orrery leave HOST/CONTAINER NETWORK`), or keep it. Only memberships of a host's own daemon can be released.",
    see: { method: 'DELETE', path: '/v1/nodes/{node}/networks/{network}' },
  },
  'not-releasable/membership': {
    cause: ({ node, network }: { node: string; network: string }) =>
      `${node} is a container, which is created from its networks: if released, ${network} would not outlive its next start`,
    fix: ({ node, network }: { node: string; network: string }) =>
      `Leave the network instead: \`orrery leave ${node} ${network}\`.`,
    see: ({ node, network }: { node: string; network: string }) => ({
      method: 'DELETE',
      path: path`/v1/nodes/${node}/networks/${network}`,
    }),
  },
  'not-adoptable': {
    means: 'There is no unmanaged membership to adopt.',
    fix: 'List the memberships: `orrery membership ls --managed false`.',
    see: get('/v1/memberships?managed=false'),
  },
  'not-adoptable/membership': {
    cause: ({ node, network }: { node: string; network: string }) =>
      `${node} is not in ${network}, as far as its host has reported`,
    fix: ({ node, network }: { node: string; network: string }) => `Join it: \`orrery join ${node} ${network}\`.`,
    see: ({ node, network }: { node: string; network: string }) => ({
      method: 'PUT',
      path: path`/v1/nodes/${node}/networks/${network}`,
    }),
  },
  'unmanaged-membership': {
    means: 'The node is already in this network, but not through Orrery, so Orrery does not touch it.',
    fix: 'Adopt it first: `orrery adopt NODE NETWORK`.',
    see: { method: 'PUT', path: '/v1/nodes/{node}/networks/{network}' },
  },
  'unmanaged-membership/membership': {
    cause: ({ node, network, verb }: { node: string; network: string; verb: string }) =>
      `${node} is already in ${network}, but not through Orrery, so Orrery does not ${verb} it`,
    fix: ({ node, network }: { node: string; network: string }) =>
      `Adopt it first: \`orrery adopt ${node} ${network}\`.`,
    see: ({ node, network }: { node: string; network: string }) => ({
      method: 'PUT',
      path: path`/v1/nodes/${node}/networks/${network}`,
    }),
  },
  'host-away': {
    means: "This needs the host's agent now, and it is unreachable.",
    fix: 'Start the agent, then try again. `orrery host get HOST` shows when it was last online.',
    see: get('/v1/hosts/{host}'),
  },
  'host-away/agent': {
    cause: ({ host }: { host: string }) => `the agent of ${host} is not connected`,
    fix: ({ host }: { host: string }) =>
      `Start the agent, then try again. \`orrery host get ${host}\` shows when it was last online.`,
    see: ({ host }: { host: string }) => get(path`/v1/hosts/${host}`),
  },
  'host-away/unreachable': {
    cause: ({ host, since }: { host: string; since: string }) =>
      `${host} is unreachable: its agent was last heard from at ${since}`,
    fix: ({ host }: { host: string }) =>
      `Check on ${host} that the machine runs, and that its agent does (\`systemctl status orrery-agent\`) and reaches NATS. Everything catches up by itself when it is back.`,
    see: ({ host }: { host: string }) => get(path`/v1/hosts/${host}`),
  },
  'host-away/never-heard': {
    cause: ({ host }: { host: string }) => `${host} has joined, but its agent was never heard from`,
    fix: ({ host }: { host: string }) =>
      `Check on ${host} that its agent runs (\`systemctl status orrery-agent\`) and reaches NATS.`,
    see: ({ host }: { host: string }) => get(path`/v1/hosts/${host}`),
  },
  'host-silent': {
    means: "The host's agent is connected and did not answer in time. Nobody knows whether it did what was asked.",
    fix: 'Try again. If it stays silent, check the host: it may be overloaded, or its agent stopped.',
    see: get('/v1/hosts/{host}'),
  },
  'host-silent/agent': {
    cause: ({ host, seconds }: { host: string; seconds: number }) =>
      `the agent of ${host} is connected, but did not answer within ${seconds} s`,
    see: ({ host }: { host: string }) => get(path`/v1/hosts/${host}`),
  },
  'call-failed': {
    means: 'The agent of the host answered with a problem.',
    fix: "Fix the problem named in the detail, which is the agent's. `orrery host get HOST` shows the state of the host.",
    see: get('/v1/hosts/{host}'),
  },
  'call-failed/no-doctor': {
    cause: ({ host }: { host: string }) => `the agent of ${host} is too old to examine its machine`,
    fix: 'Update the agent: run the installer on the host again (docs/hosts.md).',
  },
  'not-cancellable': {
    means: 'The command has been delivered, or has ended.',
    fix: 'Undo it with the opposite command: `orrery leave` after a join, `orrery rm` after a launch.',
    see: get('/v1/commands/{command}'),
  },
  'not-cancellable/state': {
    cause: ({ state }: { state: string }) => `cannot cancel a command that is ${state}, only one that is queued`,
  },
  'not-cancellable/release': {
    cause: 'cannot cancel a release: it takes effect at once',
    fix: 'Adopt the membership again: `orrery adopt NODE NETWORK`.',
    see: { method: 'PUT', path: '/v1/nodes/{node}/networks/{network}' },
  },
  'not-cancellable/route': {
    cause: 'cannot cancel what makes a node a router, or ends that: it belongs to a route',
    fix: 'Change the route instead: `orrery route rm PREFIX --network NETWORK`, or `orrery route add`.',
    see: get('/v1/routes'),
  },
  'confirmation-required': {
    means: 'The change affects more than one host, or cannot be undone, and was not confirmed.',
    fix: 'Check what it affects, then confirm it: `--yes`. In the API: `confirm` with the number of hosts, or with the name.',
  },
  'confirmation-required/hosts': {
    cause: ({ matched }: { matched: string }) => matched,
    fix: ({ count }: { count: number }) =>
      `Check the list. If you mean all of them, add \`--yes\` ("confirm": ${count} in the API).`,
    see: { method: 'POST', path: '/v1/commands?dryRun=true' },
  },
  'confirmation-required/network': {
    cause: ({ name }: { name: string }) => `deleting ${name} ends it for every node in it`,
    fix: ({ name }: { name: string }) => `Confirm with its name: ?confirm=${name}`,
    see: ({ name }: { name: string }) => ({ method: 'DELETE', path: path`/v1/networks/${name}?confirm=${name}` }),
  },
  'no-matching-host': {
    means: 'No host matches the selector.',
    fix: 'Check the labels of the hosts: `orrery host ls`.',
    see: get('/v1/hosts'),
  },
  'no-matching-host/selector': {
    cause: ({ selector }: { selector: string }) => `no host matches ${selector}`,
  },
} as const satisfies Table<Exclude<ProblemCode, keyof typeof FINDINGS | keyof typeof DOOR>>;

/** Why the HTTP API did not do what a request asked for. A code that is also a finding has its entry there. */
export const PROBLEMS = { ...THINGS, ...DOOR };
