import { Injectable } from '@nestjs/common';
import { explain, type FindingData, type HostId, type NodeAddress, type NodeId } from '@orrery/shared/contracts';
import { Store } from '../database/store.js';
import { clearHostFinding, raiseHostFinding } from '../findings/host-findings.js';
import { NAMED_NODES } from '../nodes/named-nodes.js';

/**
 * How often to check all addresses: without a hint, because hints can get lost; and with hints, because a hostile host
 * can send them without end.
 */
const LOOK_MS = { unasked: 30_000, hinted: 1_000 };
/**
 * How long a finding stays, so that a host that alternates between its own address and another node's does not flood
 * that node's history.
 */
const STAYS = "interval '5 s'";

interface OpenClaim {
  node: NodeId;
  host: HostId;
  cause: string;
  mayGo: boolean;
}

const OPEN = `SELECT node_id AS node, host_id AS host, cause, since < clock_timestamp() - ${STAYS} AS "mayGo"
  FROM findings WHERE code = 'address-claimed' AND source = 'api' AND node_id <> ''`;

/** Addresses that a node shows and that another node shows or was assigned. */
const EVERYWHERE = `
  SELECT address FROM node_status WHERE address IS NOT NULL GROUP BY address HAVING count(*) > 1
  UNION SELECT s.address FROM node_status s JOIN identities d ON d.address = s.address AND d.state = 'assigned' AND d.node_id <> s.node_id`;

/** Addresses of nodes that already have a finding. */
const AROUND_FINDINGS = `
  SELECT unnest(ARRAY[n.shown, n.given]) AS address FROM findings f JOIN node_addresses n ON n.node_id = f.node_id
   WHERE f.code = 'address-claimed' AND f.source = 'api'`;

/** A revoked host claims nothing, but keeps the addresses that it was assigned. */
const holders = (suspects: string) => `
  WITH suspects AS MATERIALIZED (SELECT DISTINCT address FROM (${suspects}) x WHERE address IS NOT NULL),
  holders AS (SELECT x.address, s.node_id, false AS given FROM suspects x JOIN node_status s ON s.address = x.address
              UNION ALL SELECT x.address, d.node_id, true FROM suspects x JOIN identities d ON d.address = x.address AND d.state = 'assigned')
  SELECT x.address, n.id AS node, n.host_id AS host, n.name, bool_or(x.given) AS "isGiven"
    FROM holders x JOIN ${NAMED_NODES} n ON n.id = x.node_id JOIN hosts h ON h.id = n.host_id
   WHERE x.given OR h.key_revoked_at IS NULL GROUP BY x.address, n.id, n.host_id, n.name ORDER BY x.address, n.name`;

/**
 * Nodes that show an address which belongs to another node or which another node shows have the finding
 * `address-claimed`, and so do those other nodes. Nobody's authorization is decided here (decide.ts). Level-triggered: it compares the facts with the findings, so every
 * replica may run it at any time.
 */
@Injectable()
export class ClaimFindings {
  #lookedAt = -Infinity;
  #isHinted = false;

  constructor(private readonly store: Store) {}

  /**
   * `everywhere`: also look for new claims; whether existing claims have ended is checked every time. Returns true when
   * there are no claims and no pending hints.
   */
  async settle(everywhere: boolean): Promise<boolean> {
    const now = performance.now();
    this.#isHinted ||= everywhere;
    const isWhole = now - this.#lookedAt > (this.#isHinted ? LOOK_MS.hinted : LOOK_MS.unasked);
    const open = await this.store.query<OpenClaim[]>(OPEN);
    if (!isWhole && open.length === 0) return !this.#isHinted;
    await this.#compare(open, await this.store.query<Holder[]>(holders(isWhole ? EVERYWHERE : AROUND_FINDINGS)));
    if (isWhole) {
      this.#lookedAt = now;
      this.#isHinted = false;
    }
    return false;
  }

  async #compare(open: readonly OpenClaim[], rows: readonly Holder[]): Promise<void> {
    const known = new Map(open.map((one) => [one.node, one]));
    const claims = claimsOf(rows);
    const claimed = new Set(claims.map(({ node }) => node));
    const raised = claims.filter(({ node, host, cause }) => {
      const before = known.get(node);
      return before?.cause !== cause || before.host !== host;
    });
    const ended = open.filter(({ node, mayGo }) => mayGo && !claimed.has(node));
    if (raised.length + ended.length === 0) return;
    await this.store.transaction(async (tx) => {
      for (const claim of raised) await raiseHostFinding(tx, claim);
      for (const { host, node } of ended) await clearHostFinding(tx, { host, node, code: 'address-claimed' });
    });
  }
}

/**
 * A node that shows an address, or to which Orrery assigned it, where more than one node has the address in this way.
 */
export interface Holder {
  address: NodeAddress;
  node: NodeId;
  host: HostId;
  /** As people write it: HOST, or HOST/CONTAINER. */
  name: string;
  isGiven: boolean;
}

export interface Claim extends FindingData {
  code: 'address-claimed';
  node: NodeId;
  host: HostId;
}

/** A hostile host can show an address with all of its nodes. The limit keeps a cause to one sentence. */
const MOST_NAMES = 5;

/** The findings of nodes: one for each node, however many addresses it is involved in. */
export function claimsOf(holders: readonly Holder[]): Claim[] {
  const byAddress = groupBy(holders, ({ address }) => address);
  const found = [...byAddress].flatMap(([address, all]) => (all.length > 1 ? claimsOn(address, all) : []));
  const byNode = groupBy(found, ({ node }) => node);
  return [...byNode.values()].map(merge);
}

function claimsOn(address: NodeAddress, holders: readonly Holder[]): Claim[] {
  const owner = holders.find(({ isGiven }) => isGiven);
  const shown = namesOf(holders.filter((holder) => holder !== owner));
  const { code, cause, fix } = owner
    ? explain('address-claimed/given', { address, owner: owner.name, shown })
    : explain('address-claimed/shown', { address, shown });
  return holders.map(({ node, host, isGiven }) => ({
    ...{ code, node, host, cause, fix },
    // The owner of an assigned address loses nothing. For any other address, decide.ts leaves every node as it is.
    severity: isGiven ? 'warning' : 'error',
  }));
}

/** Combines the claims of one node, for example if it was assigned one address and shows another node's. */
function merge(claims: Claim[]): Claim {
  const [first, ...more] = claims as [Claim, ...Claim[]];
  return more.reduce((one, { cause }) => ({ ...one, severity: 'error', cause: `${one.cause}; ${cause}` }), first);
}

function groupBy<Key, Row>(rows: readonly Row[], keyOf: (row: Row) => Key): Map<Key, Row[]> {
  const groups = new Map<Key, Row[]>();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  return groups;
}

function namesOf(holders: readonly Holder[]): string {
  const names = holders.map(({ name }) => name).sort();
  const rest = names.length - MOST_NAMES;
  if (rest > 0) return `${names.slice(0, MOST_NAMES).join(', ')} and ${rest} more`;
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : (names[0] ?? '');
}
