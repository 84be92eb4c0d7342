import { Inject, Injectable } from '@nestjs/common';
import { MembershipSettings, type HostId, type NetworkId } from '@orrery/shared/contracts';
import { AppError, newId } from '@orrery/shared/runtime';
import { putVerdicts, forgetRecords } from '../admission/verdicts.js';
import { API_CONFIG, type ApiConfig } from '../config.js';
import { newContainer } from '../containers/container-spec.js';
import type { Transaction } from '../database/sql.js';
import { runIn } from '../database/statements.js';
import { Store } from '../database/store.js';
import { reserveIdentity } from '../identities/identities.js';
import { DesiredWriter } from '../wanted/desired-writer.js';
import { lockHosts } from '../wanted/revisions.js';
import {
  containerDraft,
  membershipDraft,
  newMembership,
  type HostChange,
  type WantedContainer,
  type WantedMembership,
} from '../wanted/wanted-items.js';
import {
  BY_LABEL,
  decideLabels,
  type DecidedLabels,
  type LabelDecision,
  type LabelledAttachment,
  type LabelledHost,
} from './decide-labels.js';
import { labelFindings, LabelFindings, refusedAltogether, type LabelFinding } from './label-findings.js';
import { LabelsRepository, type LabelWorld } from './labels.repository.js';

type Attach = NonNullable<LabelDecision['attach']>;

/** Makes what labels ask for, and takes back what they no longer do. */
@Injectable()
export class LabelsService {
  constructor(
    private readonly store: Store,
    private readonly repository: LabelsRepository,
    private readonly writer: DesiredWriter,
    private readonly findings: LabelFindings,
    @Inject(API_CONFIG) private readonly config: ApiConfig,
  ) {}

  /**
   * Level-triggered: compares and changes what is missing, so every replica may call it at any time. `hosts` null: all of them. Returns
   * in how many milliseconds the next grace ends; infinite: none does.
   */
  async settle(hosts: readonly HostId[] | null): Promise<number> {
    const world = await this.repository.read(this.store, hosts);
    const found: LabelFinding[] = [];
    let nextAt = Infinity;
    for (const host of world.hosts) {
      const decided = this.#decide(host, world);
      found.push(...labelFindings(host, decided));
      nextAt = Math.min(nextAt, decided.nextAt);
      if (decided.decisions.length > 0) found.push(...(await this.#apply(host, decided)));
    }
    await this.findings.tell(hosts, found);
    return nextAt - world.now;
  }

  #decide(host: LabelledHost, { ground, now }: LabelWorld): DecidedLabels {
    return decideLabels(host, ground, { now, graces: this.config.labelGraces });
  }

  /** Decides again under the locks of the host and the networks, because the world may have changed meanwhile. */
  async #apply({ id }: LabelledHost, { decisions }: DecidedLabels): Promise<LabelFinding[]> {
    try {
      await this.store.transaction(async (tx) => {
        await this.repository.lockNetworks(tx, networksOf(decisions));
        await lockHosts(tx, [id]);
        const world = await this.repository.read(tx, [id]);
        for (const host of world.hosts)
          for (const decision of this.#decide(host, world).decisions) await this.#carryOut(tx, host, decision);
      });
      return [];
    } catch (error) {
      if (!(error instanceof AppError) || error.kind !== 'user') throw error;
      return [refusedAltogether(id, error)];
    }
  }

  async #carryOut(tx: Transaction, host: LabelledHost, decision: LabelDecision): Promise<void> {
    const { attach, of, join, leave, remove, unclaimed, claimed, fix } = decision;
    if (attach) return this.#attach(tx, host, attach);
    if (!of) return;
    const by = `${BY_LABEL}${host.name}/${of.container.name}`;
    for (const { network, address, node, addresses } of fix)
      await putVerdicts(tx, network, [{ address, node }], { addresses, by });
    await mark(tx, of, unclaimed, true);
    await mark(tx, of, claimed, false);
    if (remove) return this.#remove(tx, host, of, by);
    for (const network of leave) await this.writer.write(tx, [leaving(host, of, network, by)]);
    for (const network of join) await this.writer.write(tx, [joining(host, of, network, by)]);
    await own(tx, of.container, join);
  }

  async #attach(tx: Transaction, host: LabelledHost, { workload, name, networks, again }: Attach): Promise<void> {
    const by = `${BY_LABEL}${host.name}/${name}`;
    const ids = networks.map((network) => network.id);
    const container = again
      ? { ...again.container, intent: 'present' as const }
      : await this.#added(tx, host, name, workload);
    const known = new Map((again?.memberships ?? []).map((membership) => [membership.networkId, membership]));
    const added = ids.filter((id) => !known.has(id)).map((id) => newMembership(container.nodeId, id, DEFAULTS, true));
    const kept = ids.flatMap((id) => known.get(id) ?? []);
    await this.writer.write(tx, [
      {
        ...about('launch', host, container, ids, by),
        items: [
          containerDraft(container),
          ...[...kept, ...added].map((membership) => membershipDraft(membership, 'container', { intent: 'present' })),
        ],
        ...(again
          ? { containerChanged: true, changedMemberships: kept.map(({ networkId }) => networkId) }
          : { addedContainer: container }),
        addedMemberships: added,
      },
    ]);
    await own(tx, container, ids, true);
    const address = again?.address ?? container.identity;
    if (address === null) return;
    for (const network of networks)
      if (network.address !== null)
        await putVerdicts(tx, network.id, [{ address, node: container.nodeId }], { addresses: [network.address], by });
  }

  async #added(
    tx: Transaction,
    { id }: LabelledHost,
    name: string,
    workload: Attach['workload'],
  ): Promise<WantedContainer> {
    const made = newContainer(id, name, {
      image: null,
      limits: DEFAULT_LIMITS,
      settings: DEFAULTS,
      networks: [],
      workload,
    });
    return { ...made, byLabel: true, identity: (await reserveIdentity(tx, id, made.nodeId)) ?? null };
  }

  async #remove(tx: Transaction, host: LabelledHost, { container, memberships }: LabelledAttachment, by: string) {
    await forgetRecords(tx, container.nodeId, by);
    const networks = memberships.map(({ networkId }) => networkId);
    await this.writer.write(tx, [
      {
        ...about('remove', host, container, networks, by),
        items: [
          containerDraft(container, { intent: 'absent' }),
          ...memberships.map((membership) => membershipDraft(membership, 'container', { intent: 'absent' })),
        ],
        containerChanged: true,
      },
    ]);
  }
}

const DEFAULTS = MembershipSettings.parse({});
const DEFAULT_LIMITS = { memoryMb: 256, pids: 128 };

const networksOf = (decisions: readonly LabelDecision[]): NetworkId[] => [
  ...new Set(
    decisions.flatMap(({ attach, join, fix }) => [
      ...(attach?.networks.map(({ id }) => id) ?? []),
      ...join,
      ...fix.map(({ network }) => network),
    ]),
  ),
];

function joining(
  host: LabelledHost,
  { container, memberships }: LabelledAttachment,
  network: NetworkId,
  by: string,
): HostChange {
  const known = memberships.find(({ networkId }) => networkId === network);
  const membership: WantedMembership = known ?? newMembership(container.nodeId, network, DEFAULTS, true);
  return {
    ...about('join', host, container, [network], by),
    items: [membershipDraft(membership, 'container', { intent: 'present' })],
    ...(known ? { changedMemberships: [network] } : { addedMemberships: [membership] }),
    containerChanged: true,
  };
}

function leaving(
  host: LabelledHost,
  { container, memberships }: LabelledAttachment,
  network: NetworkId,
  by: string,
): HostChange {
  const gone = memberships.filter(({ networkId }) => networkId === network);
  return {
    ...about('leave', host, container, [network], by),
    items: gone.map((membership) => membershipDraft(membership, 'container', { intent: 'absent' })),
    changedMemberships: [network],
    containerChanged: true,
  };
}

function about(
  action: 'launch' | 'join' | 'leave' | 'remove',
  host: LabelledHost,
  { id: containerId, nodeId, name }: WantedContainer,
  networkIds: NetworkId[],
  createdBy: string,
) {
  const isOfMembership = action === 'join' || action === 'leave';
  const target = isOfMembership ? `${host.name}/${name} in ${networkIds.join(', ')}` : `${name} on ${host.name}`;
  const command = { id: newId('cmd'), action, target, containerId, nodeId, networkIds, groupId: null, createdBy };
  return { hostId: host.id, command };
}

/** These memberships, and the container if it says so, are now the labels' to take back. */
async function own(tx: Transaction, { nodeId }: WantedContainer, networks: readonly NetworkId[], container = false) {
  const run = runIn(tx);
  const set = 'SET by_label = true, unclaimed_since = NULL WHERE node_id = $1';
  if (container) await run(`UPDATE containers ${set}`, [nodeId]);
  if (networks.length > 0) await run(`UPDATE memberships ${set} AND network_id = ANY($2)`, [nodeId, networks]);
}

/** Remembers since when no label has asked for these memberships; null: for the container. */
async function mark(
  tx: Transaction,
  { container: { nodeId } }: LabelledAttachment,
  what: readonly (NetworkId | null)[],
  isUnclaimed: boolean,
): Promise<void> {
  if (what.length === 0) return;
  const run = runIn(tx);
  const set = `SET unclaimed_since = ${isUnclaimed ? 'clock_timestamp()' : 'NULL'} WHERE node_id = $1`;
  if (what.includes(null)) await run(`UPDATE containers ${set}`, [nodeId]);
  const networks = what.filter((one) => one !== null);
  if (networks.length > 0) await run(`UPDATE memberships ${set} AND network_id = ANY($2)`, [nodeId, networks]);
}
