import { explain, meaningOf, type Outcome, type ShownOutcome } from '@orrery/shared/contracts';
import { NAMED_NODES } from '../nodes/named-nodes.js';
import { aboutItem } from '../remedies/remedy-about.js';
import { commandsFor } from '../remedies/remedies.js';

/** An outcome as read from the database, with what it is about, from which its commands are made. */
export type ToldOutcome = Outcome & { about?: unknown };

const NOTICING = explain('configuration/authorized', { node: '{node}', network: '{name}' });

/**
 * SQL of an outcome as it is shown. An agent sees that its node is not authorized, but not who keeps the network. If
 * Orrery keeps it, a person may have denied the node and can authorize it here; if not, only the owner of the network can. `outcome` and `item`: columns. An outcome that is not done
 * says what it is `about`, for `showOutcome`. A node that was authorized since its agent looked waits for its configuration, and for no person.
 */
export const toldOutcome = (outcome: string, item: string) => told(outcome, inWords(outcome, item), aboutItem(item));

/** The same in a list of memberships, whose rows have what it takes: `columns` name it. */
export const toldMembership = (outcome: string, columns: UnauthorizedColumns, about: string) =>
  told(
    outcome,
    `CASE WHEN ${outcome} ->> 'code' = 'authorization' THEN ${unauthorized(outcome, columns)} ELSE ${outcome} END`,
    about,
  );

/** SQL of the code of an outcome as it is shown, where it is counted. */
export const toldCode = (outcome: string, node: string, network: string) => `
  CASE WHEN ${outcome} ->> 'code' = 'authorization' AND EXISTS (
    SELECT FROM node_addresses na JOIN controller_records cr ON cr.address = na.address
     WHERE na.node_id = ${node} AND cr.network_id = ${network} AND cr.authorized)
  THEN '${NOTICING.code}' ELSE ${outcome} ->> 'code' END`;

/** SQL: somebody denied the node in a network that Orrery keeps, so that it waits for nobody. */
export const isDenied = (outcome: string, node: string, network: string) => `
  (${outcome} ->> 'kind' = 'waiting' AND ${outcome} ->> 'code' = 'authorization' AND EXISTS (
    SELECT FROM node_addresses da JOIN verdicts dv ON dv.address = da.address AND dv.verdict = 'deny'
      JOIN networks dw ON dw.id = dv.network_id AND dw.controller_id IS NOT NULL
     WHERE da.node_id = ${node} AND dv.network_id = ${network}))`;

/** The same in a list of containers, which wait for no authorization. `host` and `name`: columns. */
export const toldContainer = (outcome: string, host: string, name: string) =>
  told(outcome, outcome, `jsonb_build_object('host', ${host}, 'kind', 'container', 'container', ${name})`);

const told = (outcome: string, words: string, about: string) => `
  CASE WHEN ${outcome} ->> 'kind' <> 'done' THEN (${words}) || jsonb_build_object('about', ${about}) ELSE ${outcome} END`;

/** Columns about a membership that is not authorized, or SQL of their values. */
interface UnauthorizedColumns {
  node: string;
  address: string;
  network: string;
  networkName: string;
  /** Of the network; null if Orrery does not keep it. */
  controller: string;
  verdict: string;
  saidBy: string;
  /** Whether the controller has authorized it by now: what its agent last said is older. */
  authorized: string;
  /** By which its network admits. */
  policy: string;
}

const ELSEWHERE = explain('authorization/elsewhere', {
  address: '{address}',
  network: '{network}',
  controller: '{controller}',
});

function unauthorized(outcome: string, columns: UnauthorizedColumns): string {
  const { node, address, network, networkName, controller, verdict, saidBy, authorized, policy } = columns;
  /** Text of the catalogue as SQL, with the values of the row in it. */
  const filled = (text: string) =>
    `replace(replace(replace('${text.replaceAll("'", "''")}', '{address}', COALESCE(${address}, ${node})), '{network}', ${network}), '{controller}', left(${network}, 10))`;
  const named = (text: string) =>
    `replace(replace('${text.replaceAll("'", "''")}', '{node}', ${node}), '{name}', COALESCE(${networkName}, ${network}))`;
  return `
    ${outcome} || CASE WHEN ${authorized} THEN jsonb_build_object('code', '${NOTICING.code}', 'cause', ${named(NOTICING.cause)}, 'fix', ${named(NOTICING.fix)})
      WHEN ${controller} IS NULL THEN jsonb_build_object('cause', ${filled(ELSEWHERE.cause)}, 'fix', ${filled(ELSEWHERE.fix)})
      ELSE jsonb_build_object(
        'cause', CASE ${verdict} WHEN 'deny' THEN ${node} || ' was denied in ' || ${networkName} || ' by ' || ${saidBy}
                 ELSE ${node} || ' is not authorized in ' || ${networkName} || CASE ${policy} WHEN 'manual'
                   THEN ', where a person authorizes each node' ELSE ', whose policy has not admitted it' END END,
        'fix', 'Authorize it: \`orrery membership authorize ' || ${node} || ' ' || ${networkName} || '\`'
               || CASE ${verdict} WHEN 'deny' THEN ', or leave it to the policy of the network: \`orrery membership set '
                 || ${node} || ' ' || ${networkName} || ' --by-policy\`.' ELSE '.' END) END`;
}

const inWords = (outcome: string, item: string) => `
  CASE WHEN ${outcome} ->> 'code' = 'authorization' THEN COALESCE((
    SELECT ${unauthorized(outcome, {
      ...{ node: 'n.name', address: 'a.address', network: 'm.network_id', networkName: 'w.name' },
      ...{ controller: 'w.controller_id', verdict: 'v.verdict', saidBy: 'v.said_by' },
      ...{ authorized: 'r.authorized', policy: "w.admission ->> 'by'" },
    })}
      FROM memberships m LEFT JOIN networks w ON w.id = m.network_id
      JOIN ${NAMED_NODES} n ON n.id = m.node_id
      LEFT JOIN node_addresses a ON a.node_id = m.node_id
      LEFT JOIN verdicts v ON v.network_id = m.network_id AND v.address = a.address
      LEFT JOIN controller_records r ON r.network_id = m.network_id AND r.address = a.address
     WHERE m.item_id = ${item}), ${outcome}) ELSE ${outcome} END`;

/** Adds the request and the commands that carry out its fix, from the catalogues. */
export function showOutcome({ about, ...outcome }: ToldOutcome): ShownOutcome {
  if (outcome.kind === 'done') return outcome;
  const see = meaningOf(outcome.code)?.see;
  return { ...outcome, ...(see && { see }), commands: commandsFor(outcome.code, about) };
}

/** The same for anything that has an outcome, or none yet. */
export const showing = <Row extends { outcome: Outcome | null }>(row: Row) => ({
  ...row,
  outcome: row.outcome && showOutcome(row.outcome),
});
