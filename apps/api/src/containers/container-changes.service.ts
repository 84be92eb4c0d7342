import { Injectable } from '@nestjs/common';
import { explain, Name, type CommandId, type ContainerSpec, type Workload } from '@orrery/shared/contracts';
import { AppError, newId } from '@orrery/shared/runtime';
import { forgetRecords } from '../admission/verdicts.js';
import type { Answer } from '../changes/answer.js';
import type { Asked } from '../changes/asked.decorator.js';
import { Changes } from '../changes/changes.service.js';
import { CommandsService } from '../commands/commands.service.js';
import type { Transaction } from '../database/sql.js';
import { beyondScope } from '../database/transaction.js';
import { checkIfMatch } from '../http/etag.js';
import { reserveIdentity } from '../identities/identities.js';
import { References, type FoundHost } from '../references/references.service.js';
import { DesiredWriter } from '../wanted/desired-writer.js';
import { lockHosts } from '../wanted/revisions.js';
import {
  containerDraft,
  membershipDraft,
  newMembership,
  type HostChange,
  type Origin,
  type WantedContainer,
  type WantedMembership,
} from '../wanted/wanted-items.js';
import { Wanted } from '../wanted/wanted.service.js';
import {
  newContainer,
  replaceMemberships,
  specDifferences,
  withIntent,
  type Difference,
  type ResolvedSpec,
} from './container-spec.js';

/**
 * The requested change to one container of a host. `workload`: the container is an attachment of it. `forget`: its
 * records on the controllers of its networks are deleted as well. `attachment`: nothing else is removed.
 */
export type ContainerChange = { name: string } & (
  | { action: 'launch'; spec: ContainerSpec; workload?: Workload }
  | { action: 'replace'; spec: ContainerSpec }
  | { action: 'restart' }
  | { action: 'remove'; forget?: boolean; attachment?: boolean }
);

type On = Pick<FoundHost, 'id' | 'name'>;
/** `ifMatch`: of the request, if its target has a version. */
type By = Origin & { ifMatch?: string | undefined };
interface Present {
  container: WantedContainer;
  memberships: WantedMembership[];
}

/**
 * The rules of launch, replace, restart and remove. Each touches all items of the container, so that its command ends
 * when all of them are as desired.
 */
@Injectable()
export class ContainerChanges {
  constructor(
    private readonly changes: Changes,
    private readonly references: References,
    private readonly wanted: Wanted,
    private readonly writer: DesiredWriter,
    private readonly commands: CommandsService,
  ) {}

  /** A request: one transaction and one command. */
  request(asked: Asked, host: string, change: ContainerChange): Promise<Answer> {
    return this.changes.run(asked, async (tx) => {
      const found = await this.references.host(tx, host);
      return this.commands.accepted(tx, await this.make(tx, found, change, { ...asked, group: null }));
    });
  }

  /** Makes the change within a larger transaction, and returns its command. */
  async make(tx: Transaction, host: On, change: ContainerChange, by: By): Promise<CommandId> {
    await lockHosts(tx, [host.id]);
    const decided = await this.decide(tx, host, change, by);
    await this.writer.write(tx, [decided]);
    return decided.command.id;
  }

  /** Decides what the change writes, in a transaction that holds the host's lock. */
  async decide(tx: Transaction, host: On, change: ContainerChange, by: By): Promise<HostChange> {
    const { action, name } = change;
    switch (action) {
      case 'launch':
        return this.#launch(tx, host, name, await this.#resolve(tx, change.spec, change.workload ?? null), by);
      case 'replace':
        return this.#replace(tx, host, name, change.spec, by);
      case 'restart':
        return this.#restart(tx, host, name, by);
      case 'remove':
        return this.#remove(tx, host, change, by);
    }
  }

  /** Repeating a launch creates a new command on the same container. Another spec under the same name is refused. */
  async #launch(tx: Transaction, host: On, name: string, spec: ResolvedSpec, by: Origin): Promise<HostChange> {
    const container = await this.wanted.container(tx, host.id, name);
    if (!container) await this.#refuseHidden(tx, host, name);
    if (!container && spec.workload !== null) await this.#refuseSecond(tx, host, spec.workload);
    if (!container) return this.#added(tx, host, newContainer(host.id, name, spec), spec, by);
    const memberships = await this.wanted.memberships(tx, container.nodeId);
    if (container.intent === 'absent') {
      // When launched again, it keeps its node, and its identity if the host still has it: never for another workload.
      if (container.workload !== spec.workload) throw beingRemoved(`${host.name}/${name}`);
      return replaced(host, { container, memberships }, spec, 'launch', by);
    }
    const differences = specDifferences(container, withIntent(memberships, 'present'), spec);
    if (differences.length > 0) throw containerDiffers(`${host.name}/${name}`, container.workload, differences);
    if (container.workload !== null) await this.wanted.keepFromLabels(tx, container.nodeId);
    return touched(host, { container, memberships }, 'launch', by);
  }

  /** Replaces the whole spec; the node stays, and so do its identity and its workload. Launches the container if it does not exist. */
  async #replace(tx: Transaction, host: On, name: string, asked: ContainerSpec, by: By): Promise<HostChange> {
    const isNew = Name.safeParse(name).success && !(await this.wanted.container(tx, host.id, name));
    const container = isNew ? undefined : await this.#present(tx, host, name);
    checkIfMatch(by.ifMatch, container?.version, `container ${host.name}/${name}`);
    const spec = await this.#resolve(tx, asked, container?.workload ?? null);
    if (!container) return this.#launch(tx, host, name, spec, by);
    const memberships = await this.wanted.memberships(tx, container.nodeId);
    return replaced(host, { container, memberships }, spec, 'replace', by);
  }

  async #restart(tx: Transaction, host: On, name: string, by: By): Promise<HostChange> {
    const container = await this.#present(tx, host, name);
    checkIfMatch(by.ifMatch, container.version, `container ${host.name}/${name}`);
    const memberships = await this.wanted.memberships(tx, container.nodeId);
    const again = { ...container, incarnation: container.incarnation + 1 };
    return touched(host, { container: again, memberships }, 'restart', by);
  }

  /** Repeating a removal creates a new command with the same goal. */
  async #remove(
    tx: Transaction,
    host: On,
    { name, forget, attachment }: Extract<ContainerChange, { action: 'remove' }>,
    by: By,
  ): Promise<HostChange> {
    const container = await this.#known(tx, host, name);
    if (attachment && container.workload === null) throw unknownAttachment(`${host.name}/${name}`);
    const { workload } = container;
    if (workload !== null && (await this.wanted.isClaimed(tx, container.nodeId)))
      throw new AppError({
        kind: 'user',
        ...explain('attached-by-label/container', { container: `${host.name}/${name}`, workload }),
      });
    checkIfMatch(by.ifMatch, container.version, `container ${host.name}/${name}`);
    if (forget) await forgetRecords(tx, container.nodeId, by.by);
    const memberships = await this.wanted.memberships(tx, container.nodeId);
    return {
      ...about('remove', host, container, memberships, by),
      items: [
        containerDraft(container, { intent: 'absent' }),
        ...memberships.map((membership) => membershipDraft(membership, 'container', { intent: 'absent' })),
      ],
      containerChanged: true,
    };
  }

  async #added(tx: Transaction, host: On, made: WantedContainer, spec: ResolvedSpec, by: Origin): Promise<HostChange> {
    const container = { ...made, identity: (await reserveIdentity(tx, host.id, made.nodeId)) ?? null };
    const added = spec.networks.map((network) => newMembership(container.nodeId, network, spec.settings));
    return {
      ...about('launch', host, container, added, by),
      items: [containerDraft(container), ...added.map((membership) => membershipDraft(membership, 'container'))],
      addedContainer: container,
      addedMemberships: added,
    };
  }

  /** A token for networks does not see the other containers of a host, but their names are taken all the same. */
  async #refuseHidden(tx: Transaction, host: On, name: string): Promise<void> {
    const hidden = await beyondScope(tx, () => this.wanted.container(tx, host.id, name));
    if (!hidden) return;
    throw new AppError({ kind: 'user', ...explain('container-differs/hidden', { name, host: host.name }) });
  }

  /** Two nodes in one network namespace would want the same interface. */
  async #refuseSecond(tx: Transaction, host: On, workload: Workload): Promise<void> {
    const other = await this.wanted.attachment(tx, host.id, workload);
    if (!other) return;
    const container = `${host.name}/${other.name}`;
    throw new AppError({ kind: 'user', ...explain('container-differs/attached', { workload, container }) });
  }

  async #known(tx: Transaction, host: On, name: string): Promise<WantedContainer> {
    const found = await this.references.container(tx, `${host.name}/${name}`);
    return (await this.wanted.container(tx, host.id, found.name)) as WantedContainer;
  }

  async #present(tx: Transaction, host: On, name: string): Promise<WantedContainer> {
    const container = await this.#known(tx, host, name);
    if (container.intent === 'present') return container;
    throw beingRemoved(`${host.name}/${name}`);
  }

  async #resolve(tx: Transaction, asked: ContainerSpec, workload: Workload | null): Promise<ResolvedSpec> {
    const { image, limits, settings } = asked;
    const ids = new Set<string>();
    for (const network of asked.networks) ids.add(await this.references.network(tx, network));
    return { image, limits, settings, workload, networks: [...ids].sort() };
  }
}

/** The container and its networks with another spec. */
function replaced(
  host: On,
  { container, memberships }: Present,
  spec: ResolvedSpec,
  action: 'launch' | 'replace',
  by: Origin,
): HostChange {
  const { drafts, added } = replaceMemberships(container.nodeId, memberships, spec);
  const { hostId, command } = about(action, host, container, [], by);
  return {
    hostId,
    command: { ...command, networkIds: spec.networks },
    items: [containerDraft(container, { intent: 'present', image: spec.image, limits: spec.limits }), ...drafts],
    addedMemberships: added,
    changedMemberships: memberships.map(({ networkId }) => networkId),
    containerChanged: true,
  };
}

/** The container and its networks unchanged: the agent settles all of it again. */
function touched(host: On, { container, memberships }: Present, action: 'launch' | 'restart', by: Origin): HostChange {
  const present = withIntent(memberships, 'present');
  return {
    ...about(action, host, container, present, by),
    items: [containerDraft(container), ...present.map((membership) => membershipDraft(membership, 'container'))],
  };
}

const about = (
  action: ContainerChange['action'],
  { id: hostId, name: hostName }: On,
  { id: containerId, nodeId, name }: WantedContainer,
  memberships: WantedMembership[],
  { by: createdBy, group: groupId }: Origin,
) => ({
  hostId,
  command: {
    id: newId('cmd'),
    action,
    target: `${name} on ${hostName}`,
    containerId,
    nodeId,
    networkIds: memberships.map(({ networkId }) => networkId),
    groupId,
    createdBy,
  },
});

/** A container cannot get another workload, so that has a fix of its own. */
function containerDiffers(container: string, workload: Workload | null, differences: Difference[]): AppError {
  const fields = differences.map(({ field }) => field);
  const why = fields.includes('workload')
    ? explain('container-differs/workload', { container, workload })
    : explain('container-differs/fields', { container, fields: fields.join(', ') });
  return new AppError({ kind: 'user', ...why, details: { differences } });
}

const beingRemoved = (container: string) =>
  new AppError({ kind: 'user', ...explain('being-removed/container', { container }) });

export const unknownAttachment = (name: string) =>
  new AppError({ kind: 'user', ...explain('unknown-container', { cause: `there is no attachment ${name}` }) });
