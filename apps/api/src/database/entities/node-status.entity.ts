import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { HostId, NodeAddress, NodeId } from '@orrery/shared/contracts';
import { bigNumber } from '../big-number.js';

@Entity('node_status')
export class NodeStatusEntity {
  @PrimaryColumn({ name: 'node_id', type: 'text' })
  nodeId!: NodeId;

  @Column({ name: 'host_id', type: 'text' })
  hostId!: HostId;

  @Column({ name: 'state', type: 'text' })
  state!: 'up' | 'down' | 'unknown';

  @Column({ name: 'cause', type: 'text', nullable: true })
  cause!: string | null;

  @Column({ name: 'address', type: 'text', nullable: true })
  address!: NodeAddress | null;

  @Column({ name: 'version', type: 'text', nullable: true })
  version!: string | null;

  @Column({ name: 'online', type: 'boolean', nullable: true })
  online!: boolean | null;

  @Column({ name: 'heard', type: 'boolean', nullable: true })
  heard!: boolean | null;

  @Column({ name: 'heard_since', type: 'timestamptz', nullable: true })
  heardSince!: Date | null;

  @Column({ name: 'ordinal', type: 'integer' })
  ordinal!: number;

  @Column({ name: 'seq', type: 'bigint', transformer: bigNumber })
  seq!: number;

  @Column({ name: 'updated_at', type: 'timestamptz' })
  updatedAt!: Date;
}
