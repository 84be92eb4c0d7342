import type {
  CommandAction,
  CommandId,
  ContainerId,
  HostId,
  ItemId,
  NetworkId,
  NodeId,
} from '@orrery/shared/contracts';
import type { ItemDraft } from './item-rows.js';

export interface CommandDraft {
  id?: CommandId;
  action: CommandAction;
  /** For people: `demo on web-1`. */
  target: string;
  containerId?: ContainerId | null;
  nodeId?: NodeId | null;
  networkIds?: NetworkId[];
  groupId?: CommandId | null;
  /** Who asks: the name of a token. */
  by: string;
}

export interface DesiredChange {
  command: CommandDraft;
  /** Each is put at the new revision, also when it is equal to what is there: the agent then settles it again. */
  items: ItemDraft[];
  /** Given up without being made absent: the agent leaves alone what it made. */
  removes?: ItemId[];
}

/** A change of one host among those of many. */
export interface HostChange extends DesiredChange {
  hostId: HostId;
}
