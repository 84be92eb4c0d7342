import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { HostId, MembershipStatus, NetworkId, NodeId, ObservedMembership } from '@orrery/shared/contracts';
import { bigNumber } from '../big-number.js';

/** A node in a network, in its daemon's words, managed or not. */
@Entity('membership_status')
export class MembershipStatusEntity {
  @PrimaryColumn({ name: 'node_id', type: 'text' })
  nodeId!: NodeId;

  @PrimaryColumn({ name: 'network_id', type: 'text' })
  networkId!: NetworkId;

  @Column({ name: 'host_id', type: 'text' })
  hostId!: HostId;

  @Column({ name: 'status', type: 'text' })
  status!: MembershipStatus;

  /** What the controller calls the network. */
  @Column({ name: 'name', type: 'text', default: '' })
  name!: string;

  @Column({ name: 'observed', type: 'jsonb' })
  observed!: ObservedMembership;

  @Column({ name: 'ordinal', type: 'integer' })
  ordinal!: number;

  @Column({ name: 'seq', type: 'bigint', transformer: bigNumber })
  seq!: number;

  @Column({ name: 'updated_at', type: 'timestamptz' })
  updatedAt!: Date;
}
