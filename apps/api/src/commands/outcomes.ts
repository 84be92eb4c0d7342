import { explain, meaningOf, type Outcome, type ShownOutcome } from '@orrery/shared/contracts';
import { NAMED_NODES } from '../nodes/named-nodes.js';
import { aboutItem } from '../remedies/remedy-about.js';
import { commandsFor } from '../remedies/remedies.js';

/** An outcome as read from the database, with what it is about, from which its commands are made. */
export type ToldOutcome = Outcome & { about?: unknown };

/**
 * SQL of an outcome as it is shown. An agent sees that its node is not authorized, but not who keeps the network. If
 * Orrery keeps it, a person may have denied the node and can authorize it here; if not, only the owner of the network can. `outcome` and `item`: columns. An outcome that is not done
 * says what it is `about`, for `showOutcome`.
 */
export const toldOutcome = (outcome: string, item: string) => `
  CASE WHEN ${outcome} ->> 'kind' <> 'done' THEN (${inWords(outcome, item)}) || jsonb_build_object('about', ${aboutItem(item)})
       ELSE ${outcome} END`;

const ELSEWHERE = explain('authorization/elsewhere', {
  address: '{address}',
  network: '{network}',
  controller: '{controller}',
});
/** Text of the catalogue as SQL, with an item's own values in it. */
const filled = (text: string) =>
  `replace(replace(replace('${text.replaceAll("'", "''")}', '{address}', COALESCE(a.address, n.name)), '{network}', m.network_id), '{controller}', left(m.network_id, 10))`;

const inWords = (outcome: string, item: string) => `
  CASE WHEN ${outcome} ->> 'code' = 'authorization' THEN COALESCE((
    SELECT ${outcome} || CASE WHEN w.controller_id IS NULL THEN jsonb_build_object('cause', ${filled(ELSEWHERE.cause)}, 'fix', ${filled(ELSEWHERE.fix)})
           ELSE jsonb_build_object(
             'cause', CASE v.verdict WHEN 'deny' THEN n.name || ' was denied in ' || w.name || ' by ' || v.said_by
                      ELSE n.name || ' is not authorized in ' || w.name || ', which Orrery manages' END,
             'fix', 'Authorize it: \`orrery membership authorize ' || n.name || ' ' || w.name || '\`'
                    || CASE v.verdict WHEN 'deny' THEN ', or leave it to the policy of the network: \`orrery membership set '
                      || n.name || ' ' || w.name || ' --by-policy\`.' ELSE '.' END) END
      FROM memberships m LEFT JOIN networks w ON w.id = m.network_id
      JOIN ${NAMED_NODES} n ON n.id = m.node_id
      LEFT JOIN node_addresses a ON a.node_id = m.node_id
      LEFT JOIN verdicts v ON v.network_id = m.network_id AND v.address = a.address
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
