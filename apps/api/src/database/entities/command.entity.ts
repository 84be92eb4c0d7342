import { Column, Entity, PrimaryColumn } from 'typeorm';
import type {
  CommandAction,
  CommandId,
  CommandState,
  ContainerId,
  HostId,
  NetworkId,
  NodeId,
  Outcome,
} from '@orrery/shared/contracts';
import { bigNumber } from '../big-number.js';

/** A requested change. Created and cancelled by HTTP transactions, advanced by the publisher, ended by ingest. */
@Entity('commands')
export class CommandEntity {
  @PrimaryColumn({ name: 'id', type: 'text' })
  id!: CommandId;

  @Column({ name: 'host_id', type: 'text' })
  hostId!: HostId;

  @Column({ name: 'action', type: 'text' })
  action!: CommandAction;

  @Column({ name: 'target', type: 'text' })
  target!: string;

  @Column({ name: 'container_id', type: 'text', nullable: true })
  containerId!: ContainerId | null;

  @Column({ name: 'node_id', type: 'text', nullable: true })
  nodeId!: NodeId | null;

  @Column({ name: 'network_ids', type: 'text', array: true, default: [] })
  networkIds!: NetworkId[];

  @Column({ name: 'group_id', type: 'text', nullable: true })
  groupId!: CommandId | null;

  /** The host's revision that this command created. */
  @Column({ name: 'revision', type: 'bigint', transformer: bigNumber })
  revision!: number;

  @Column({ name: 'state', type: 'text', default: 'queued' })
  state!: CommandState;

  @Column({ name: 'outcome', type: 'jsonb', nullable: true })
  outcome!: Outcome | null;

  @Column({ name: 'created_by', type: 'text' })
  createdBy!: string;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;

  @Column({ name: 'delivered_at', type: 'timestamptz', nullable: true })
  deliveredAt!: Date | null;

  @Column({ name: 'ended_at', type: 'timestamptz', nullable: true })
  endedAt!: Date | null;
}
