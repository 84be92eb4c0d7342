import { membersOf, push, pushToAll, saveMember, saveNetwork, type Controller } from '../controller.js';
import { patchMember, patchNetwork, type Body } from '../controller-patch.js';
import { newMember, newNetwork, type MemberRecord, type NetworkRecord } from '../controller-records.js';
import type { Refusal } from '../messages.js';
import { bare, json } from './http-message.js';
import { ADDRESS, NETWORK_ID, route, type Call, type Outcome } from './route.js';

type Handler = (call: Call, controller: Controller) => Outcome;

/** A build without a controller knows none of these paths. */
const withController =
  (handler: Handler) =>
  (call: Call): Outcome =>
    call.node.controller ? handler(call, call.node.controller) : { answer: bare(404) };

const networkIdOf = (call: Call): string => (call.parts[0] ?? '').toLowerCase();
const addressOf = (call: Call): string => (call.parts[1] ?? '').toLowerCase();

/** Unlike for networks that a node joins, malformed JSON is an error here; the text is the real parser's for the recorded body. */
function parsed(text: string | undefined): Body | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null ? (value as Body) : {};
  } catch {
    return undefined;
  }
}

const MALFORMED = json(
  {
    error: 500,
    description:
      '[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while parsing object key - unexpected end of input; expected string literal',
  },
  500,
);

/** A key of our own, which the real controller ignores: `{"standin": {"refuse": {"code": "AUTHENTICATION_REQUIRED"}}}`; null ends it. */
function withRefusal(controller: Controller, networkId: string, body: Body): Controller {
  const standin = body['standin'] as { refuse?: Refusal | null } | undefined;
  if (standin?.refuse === undefined) return controller;
  const { [networkId]: was, ...others } = controller.refusals;
  return { ...controller, refusals: standin.refuse === null ? others : { ...others, [networkId]: standin.refuse } };
}

function putNetwork(call: Call, controller: Controller, networkId: string): Outcome {
  const body = parsed(call.body);
  if (!body) return { answer: MALFORMED };
  const was = controller.networks[networkId] ?? newNetwork(networkId, call.now);
  const saved = withRefusal(saveNetwork(controller, patchNetwork(was, body)), networkId, body);
  const changed = saved.networks[networkId] !== controller.networks[networkId];
  const turn = changed ? pushToAll(saved, networkId, call.now) : { state: saved, out: [] };
  return {
    answer: json(turn.state.networks[networkId]),
    node: { ...call.node, controller: turn.state },
    out: turn.out,
  };
}

/** A free ID under the controller's own address: drawn at random, then counted up. */
function freeNetworkId(controller: Controller, draw: number): string {
  const idAt = (number: number): string => controller.address + (number & 0xffffff || 1).toString(16).padStart(6, '0');
  let number = Math.floor(draw * 0x1000000);
  while (controller.networks[idAt(number)]) number++;
  return idAt(number);
}

function createNetwork(call: Call, controller: Controller): Outcome {
  const prefix = call.parts[0];
  if (prefix !== undefined && prefix.toLowerCase() !== controller.address) return { answer: bare(400) };
  return putNetwork(call, controller, freeNetworkId(controller, call.draw));
}

/** The nodes of a deleted network are not notified; they find out at their next request. */
function deleteNetwork(call: Call, controller: Controller): Outcome {
  const id = networkIdOf(call);
  const { [id]: network, ...networks } = controller.networks;
  if (!network) return { answer: bare(404) };
  const { [id]: gone, ...members } = controller.members;
  return { answer: json(network), node: { ...call.node, controller: { ...controller, networks, members } } };
}

function postMember(call: Call, controller: Controller): Outcome {
  const [id, address] = [networkIdOf(call), addressOf(call)];
  if (!controller.networks[id]) return { answer: bare(404) };
  const body = parsed(call.body);
  if (!body) return { answer: MALFORMED };
  const was = controller.members[id]?.[address] ?? newMember(id, address, call.now);
  const saved = saveMember(controller, patchMember(was, body, call.now));
  const row = saved.members[id]?.[address];
  const changed = row !== controller.members[id]?.[address];
  const turn = changed ? push(saved, id, address, call.now) : { state: saved, out: [] };
  return { answer: json(row), node: { ...call.node, controller: turn.state }, out: turn.out };
}

function deleteMember(call: Call, controller: Controller): Outcome {
  const [id, address] = [networkIdOf(call), addressOf(call)];
  const { [address]: member, ...rest } = controller.members[id] ?? {};
  if (!member) return { answer: bare(404) };
  const next = { ...controller, members: { ...controller.members, [id]: rest } };
  return { answer: json(member), node: { ...call.node, controller: next } };
}

const counts = (rows: readonly MemberRecord[]): { authorized: number; total: number } => ({
  authorized: rows.filter((row) => row.authorized).length,
  total: rows.length,
});

function listEverything(_call: Call, controller: Controller): Outcome {
  const data = sorted(controller).map((network) => {
    const { authorized, total } = counts(membersOf(controller, network.id));
    return { ...network, meta: { authorizedMemberCount: authorized, totalMemberCount: total } };
  });
  return { answer: json({ data, meta: { networkCount: data.length } }) };
}

function listMembersFully(call: Call, controller: Controller): Outcome {
  const data = membersOf(controller, networkIdOf(call));
  const { authorized, total } = counts(data);
  return { answer: json({ data, meta: { authorizedCount: authorized, totalCount: total } }) };
}

const sorted = (controller: Controller): NetworkRecord[] =>
  Object.values(controller.networks).sort((a, b) => (a.id < b.id ? -1 : 1));

/** Answers an empty 404 when the network does not exist. */
const withNetwork = (handler: Handler): ((call: Call) => Outcome) =>
  withController((call, controller) =>
    controller.networks[networkIdOf(call)] ? handler(call, controller) : { answer: bare(404) },
  );

const member = `/controller/network/${NETWORK_ID}/member`;

export const controllerRoutes = [
  route(
    'GET',
    '/controller',
    withController((call) => ({
      answer: json({ controller: true, apiVersion: 4, clock: call.now, databaseReady: true }),
    })),
  ),
  route(
    'GET',
    '/controller/network',
    withController((_call, controller) => ({
      answer: json(sorted(controller).map((network) => network.id)),
    })),
  ),
  route('POST PUT', '/controller/network', withController(createNetwork)),
  route('POST PUT', `/controller/network/${ADDRESS}______`, withController(createNetwork)),
  route(
    'GET',
    `/controller/network/${NETWORK_ID}`,
    withNetwork((call, controller) => ({
      answer: json(controller.networks[networkIdOf(call)]),
    })),
  ),
  route(
    'POST PUT',
    `/controller/network/${NETWORK_ID}`,
    withController((call, controller) => putNetwork(call, controller, networkIdOf(call))),
  ),
  route('DELETE', `/controller/network/${NETWORK_ID}`, withController(deleteNetwork)),
  route(
    'GET',
    member,
    withNetwork((call, controller) => ({
      answer: json(
        Object.fromEntries(membersOf(controller, networkIdOf(call)).map((row) => [row.address, row.revision])),
      ),
    })),
  ),
  route(
    'GET',
    `${member}/${ADDRESS}`,
    withNetwork((call, controller) => {
      const row = controller.members[networkIdOf(call)]?.[addressOf(call)];
      return { answer: row ? json(row) : bare(404) };
    }),
  ),
  route('POST PUT', `${member}/${ADDRESS}`, withController(postMember)),
  route('DELETE', `${member}/${ADDRESS}`, withController(deleteMember)),
  route('GET', '/unstable/controller/network', withController(listEverything)),
  route('GET', `/unstable/controller/network/${NETWORK_ID}/member`, withNetwork(listMembersFully)),
];
