import { Column, Entity, JoinColumn, OneToOne, PrimaryColumn } from 'typeorm';
import type { ContainerId, HostId, ItemId, NodeId } from '@orrery/shared/contracts';
import { ItemEntity } from './item.entity.js';

/** A container. Its desired state is in its item. */
@Entity('containers')
export class ContainerEntity {
  @PrimaryColumn({ name: 'id', type: 'text' })
  id!: ContainerId;

  @Column({ name: 'host_id', type: 'text' })
  hostId!: HostId;

  @Column({ name: 'node_id', type: 'text' })
  nodeId!: NodeId;

  @Column({ name: 'item_id', type: 'text' })
  itemId!: ItemId;

  @OneToOne(() => ItemEntity)
  @JoinColumn({ name: 'item_id' })
  item!: ItemEntity;

  @Column({ name: 'name', type: 'text' })
  name!: string;

  @Column({ name: 'by_label', type: 'boolean', default: false })
  byLabel!: boolean;

  @Column({ name: 'unclaimed_since', type: 'timestamptz', nullable: true })
  unclaimedSince!: Date | null;

  @Column({ name: 'version', type: 'integer', default: 1 })
  version!: number;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;
}
