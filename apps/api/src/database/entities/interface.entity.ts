import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { HostId, NetworkId, NodeId, ObservedInterface } from '@orrery/shared/contracts';
import { bigNumber } from '../big-number.js';

/** A `zt…` device as the kernel shows it. */
@Entity('interfaces')
export class InterfaceEntity {
  @PrimaryColumn({ name: 'node_id', type: 'text' })
  nodeId!: NodeId;

  @PrimaryColumn({ name: 'device', type: 'text' })
  device!: string;

  @Column({ name: 'host_id', type: 'text' })
  hostId!: HostId;

  @Column({ name: 'network_id', type: 'text', nullable: true })
  networkId!: NetworkId | null;

  @Column({ name: 'observed', type: 'jsonb' })
  observed!: ObservedInterface;

  @Column({ name: 'ordinal', type: 'integer' })
  ordinal!: number;

  @Column({ name: 'seq', type: 'bigint', transformer: bigNumber })
  seq!: number;

  @Column({ name: 'updated_at', type: 'timestamptz' })
  updatedAt!: Date;
}
