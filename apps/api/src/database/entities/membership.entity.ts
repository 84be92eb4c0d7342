import { Column, Entity, JoinColumn, OneToOne, PrimaryColumn } from 'typeorm';
import type { HostId, ItemId, NetworkId, NodeId } from '@orrery/shared/contracts';
import { ItemEntity } from './item.entity.js';

/** A desired membership, with the settings in its item. Observations are in `membership_status`. */
@Entity('memberships')
export class MembershipEntity {
  @PrimaryColumn({ name: 'node_id', type: 'text' })
  nodeId!: NodeId;

  @PrimaryColumn({ name: 'network_id', type: 'text' })
  networkId!: NetworkId;

  @Column({ name: 'host_id', type: 'text' })
  hostId!: HostId;

  @Column({ name: 'item_id', type: 'text' })
  itemId!: ItemId;

  @OneToOne(() => ItemEntity)
  @JoinColumn({ name: 'item_id' })
  item!: ItemEntity;

  @Column({ name: 'by_label', type: 'boolean', default: false })
  byLabel!: boolean;

  @Column({ name: 'unclaimed_since', type: 'timestamptz', nullable: true })
  unclaimedSince!: Date | null;

  @Column({ name: 'version', type: 'integer', default: 1 })
  version!: number;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;
}
