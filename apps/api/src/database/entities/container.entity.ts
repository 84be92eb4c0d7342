import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ContainerId, HostId, ItemId, NodeId } from '@orrery/shared/contracts';

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

  @Column({ name: 'name', type: 'text' })
  name!: string;

  @Column({ name: 'version', type: 'integer', default: 1 })
  version!: number;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;
}
