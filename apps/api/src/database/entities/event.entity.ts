import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { HostId } from '@orrery/shared/contracts';
import { bigNumber } from '../big-number.js';

/** A fact that happened. Ingest alone inserts; `id` grows in commit order. */
@Entity('events')
export class EventEntity {
  @PrimaryColumn({ name: 'id', type: 'bigint', transformer: bigNumber })
  id!: number;

  @PrimaryColumn({ name: 'committed_at', type: 'timestamptz' })
  committedAt!: Date;

  @Column({ name: 'type', type: 'text' })
  type!: string;

  @Column({ name: 'host_id', type: 'text', nullable: true })
  hostId!: HostId | null;

  @Column({ name: 'epoch', type: 'text', nullable: true })
  epoch!: string | null;

  @Column({ name: 'seq', type: 'bigint', transformer: bigNumber, nullable: true })
  seq!: number | null;

  /** The agent's clock. */
  @Column({ name: 'host_at', type: 'timestamptz', nullable: true })
  hostAt!: Date | null;

  /** By the API's clock; null: when it was committed. */
  @Column({ name: 'happened_at', type: 'timestamptz', nullable: true })
  happenedAt!: Date | null;

  @Column({ name: 'node_id', type: 'text', nullable: true })
  nodeId!: string | null;

  @Column({ name: 'network_id', type: 'text', nullable: true })
  networkId!: string | null;

  @Column({ name: 'container_name', type: 'text', nullable: true })
  containerName!: string | null;

  @Column({ name: 'command_id', type: 'text', nullable: true })
  commandId!: string | null;

  @Column({ name: 'subject', type: 'text', nullable: true })
  subject!: string | null;

  @Column({ name: 'simulated', type: 'boolean', default: false })
  simulated!: boolean;

  @Column({ name: 'data', type: 'jsonb' })
  data!: Record<string, unknown>;
}
