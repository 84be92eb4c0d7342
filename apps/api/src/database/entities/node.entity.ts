import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { HostId, NodeId, NodeKind } from '@orrery/shared/contracts';

@Entity('nodes')
export class NodeEntity {
  @PrimaryColumn({ name: 'id', type: 'text' })
  id!: NodeId;

  @Column({ name: 'host_id', type: 'text' })
  hostId!: HostId;

  @Column({ name: 'kind', type: 'text' })
  kind!: NodeKind;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;
}
