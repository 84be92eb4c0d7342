import { Inject, Injectable } from '@nestjs/common';
import type { HostId, NetworkId, NodeId } from '@orrery/shared/contracts';
import type { Logger } from '@orrery/shared/runtime';
import { Store } from '../database/store.js';
import { clearHostFindings, raiseHostFindings, type HostFinding } from '../findings/host-findings.js';
import { LOGGER } from '../logger.js';
import type { Loop } from '../loops/loop.js';
import { Recurring } from '../loops/recurring.js';
import { API_VERSION } from '../version.js';
import { routeOverlaps, type NodeRoutes } from './compare-routes.js';
import { agentDrift, nodeDrift, type NodeVersion } from './compare-versions.js';

/** Versions and routes change seldom, and nobody waits for these findings. */
const EVERY_MS = 30_000;
const CODES = ['version-drift', 'route-overlap'] as const;

const AGENTS = `
  SELECT s.host_id AS host, s.agent_version AS version FROM host_status s
    JOIN hosts h ON h.id = s.host_id AND h.removed_at IS NULL
   WHERE s.agent_version IS NOT NULL AND s.agent_version <> $1`;

const MINOR = String.raw`substring(s.version FROM '^v?\d+\.\d+')`;

/** Nodes in networks where more than one minor version is: in a fleet that is well, none. */
const NODES = `
  WITH versions AS (
    SELECT m.host_id AS host, m.node_id AS node, m.network_id AS network, s.version, ${MINOR} AS minor
      FROM membership_status m JOIN node_status s ON s.node_id = m.node_id
     WHERE m.status = 'OK' AND ${MINOR} IS NOT NULL)
  SELECT v.host, v.node, v.network, COALESCE(n.name, v.network) AS "networkName", v.version
    FROM versions v LEFT JOIN networks n ON n.id = v.network
   WHERE v.network IN (SELECT network FROM versions GROUP BY network HAVING count(DISTINCT minor) > 1)
   ORDER BY v.network, v.node`;

/** Nodes that are in more than one network. */
const ROUTES = `
  SELECT i.host_id AS host, i.node_id AS node, i.network_id AS network, COALESCE(n.name, i.network_id) AS "networkName",
         ARRAY(SELECT r ->> 'target' FROM jsonb_array_elements(
           CASE jsonb_typeof(i.observed -> 'routes') WHEN 'array' THEN i.observed -> 'routes' ELSE '[]' END) r
           WHERE r ->> 'target' IS NOT NULL LIMIT 1000) AS targets
    FROM interfaces i LEFT JOIN networks n ON n.id = i.network_id
   WHERE i.network_id IS NOT NULL AND i.node_id IN (
     SELECT node_id FROM interfaces WHERE network_id IS NOT NULL GROUP BY node_id HAVING count(*) > 1)
   ORDER BY i.node_id, i.network_id`;

interface Open {
  host: HostId;
  code: (typeof CODES)[number];
  node: NodeId | null;
  network: NetworkId | null;
  cause: string;
}

const OPEN = `SELECT host_id AS host, code, NULLIF(node_id, '') AS node, NULLIF(network_id, '') AS network, cause
  FROM findings WHERE source = 'api' AND code = ANY($1)`;

const keyOf = ({ host, code, node, network }: Pick<HostFinding, 'host' | 'code' | 'node' | 'network'>) =>
  [host, code, node ?? '', network ?? ''].join(' ');

/**
 * Compares hosts with each other, which no agent can do: versions that differ by much, and networks of one node that
 * overlap. Level-triggered: it compares the facts with the findings, so every replica may run it at any time.
 */
@Injectable()
export class FleetKeeper implements Loop {
  constructor(
    private readonly store: Store,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** The one owner loop. Replicas do the same: the second one finds nothing to do. */
  run(signal: AbortSignal): Promise<void> {
    const failed = (cause: string) => this.logger.warn({ event: 'fleet.failed', cause }, 'cannot compare hosts');
    return new Recurring({ everyMs: EVERY_MS, first: 'now', work: () => this.keep(), failed }).run(signal);
  }

  /** Runs once. */
  async keep(api = API_VERSION): Promise<void> {
    const [agents, nodes, routes, open] = await Promise.all([
      this.store.query<{ host: HostId; version: string }[]>(AGENTS, [api]),
      this.store.query<NodeVersion[]>(NODES),
      this.store.query<NodeRoutes[]>(ROUTES),
      this.store.query<Open[]>(OPEN, [CODES]),
    ]);
    const found = [...agentDrift(agents, api), ...nodeDrift(nodes), ...routeOverlaps(routes)];
    const now = new Set(found.map(keyOf));
    const known = new Map(open.map((one) => [keyOf(one), one]));
    const raised = found.filter((one) => known.get(keyOf(one))?.cause !== one.cause);
    const ended = open.filter((one) => !now.has(keyOf(one)));
    if (raised.length + ended.length === 0) return;
    await this.store.transaction(async (tx) => {
      await raiseHostFindings(tx, raised);
      await clearHostFindings(tx, ended);
    });
  }
}
