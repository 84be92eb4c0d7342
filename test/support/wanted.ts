import {
  MembershipSettings,
  type CommandAction,
  type ItemId,
  type NetworkId,
  type NodeId,
  type Outcome,
  type AgentFact,
} from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import { DesiredWriter } from '../../apps/api/src/wanted/desired-writer.js';
import type { HostChange, ItemDraft } from '../../apps/api/src/wanted/wanted-items.js';
import { CommandEntity } from '../../apps/api/src/database/entities/command.entity.js';
import type { RunningDataPlane, TestHost } from './data-plane.js';

export const memberOf = (
  node: NodeId,
  network: NetworkId,
  intent: 'present' | 'absent' = 'present',
  id: ItemId = newId('itm'),
): ItemDraft => ({
  id,
  kind: 'membership',
  intent,
  node,
  nodeKind: 'host',
  network,
  settings: MembershipSettings.parse({}),
});

/** A change of the desired state, in its own transaction, as an HTTP request makes it. */
export function change(
  plane: RunningDataPlane,
  host: TestHost,
  items: ItemDraft[],
  more: Partial<HostChange> & { action?: CommandAction } = {},
): Promise<CommandEntity> {
  const { action = 'join', ...rest } = more;
  const id = newId('cmd');
  const command = { id, action, target: `${host.name}`, nodeId: host.node, createdBy: 'tester' };
  return plane.database.transaction(async (manager) => {
    await plane.app.get(DesiredWriter).write(manager, [{ hostId: host.id, command, items, ...rest }]);
    return manager.findOneByOrFail(CommandEntity, { id });
  });
}

export const settled = (item: ItemId, revision: number, outcome: Outcome = { kind: 'done' }): AgentFact => ({
  type: 'item.settled',
  data: { item, revision, outcome },
});

export const waiting: Outcome = {
  kind: 'waiting',
  code: 'authorization',
  cause: 'nobody admitted it',
  fix: 'admit it',
};
export const failed: Outcome = { kind: 'failed', code: 'port-error', cause: 'no port', fix: 'free it' };
