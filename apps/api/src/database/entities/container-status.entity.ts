import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { HostId, NodeId, ObservedContainer } from '@orrery/shared/contracts';
import { bigNumber } from '../big-number.js';

@Entity('container_status')
export class ContainerStatusEntity {
  @PrimaryColumn({ name: 'node_id', type: 'text' })
  nodeId!: NodeId;

  @Column({ name: 'host_id', type: 'text' })
  hostId!: HostId;

  @Column({ name: 'observed', type: 'jsonb' })
  observed!: ObservedContainer;

  @Column({ name: 'ordinal', type: 'integer' })
  ordinal!: number;

  @Column({ name: 'seq', type: 'bigint', transformer: bigNumber })
  seq!: number;

  @Column({ name: 'updated_at', type: 'timestamptz' })
  updatedAt!: Date;
}
