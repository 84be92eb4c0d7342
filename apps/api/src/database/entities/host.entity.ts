import { Column, Entity, IsNull, PrimaryColumn } from 'typeorm';
import type { HostId, Labels, NodeId } from '@orrery/shared/contracts';
import { bigNumber } from '../big-number.js';

@Entity('hosts')
export class HostEntity {
  @PrimaryColumn({ name: 'id', type: 'text' })
  id!: HostId;

  @Column({ name: 'name', type: 'text' })
  name!: string;

  @Column({ name: 'labels', type: 'jsonb', default: {} })
  labels!: Labels;

  @Column({ name: 'simulated', type: 'boolean', default: false })
  simulated!: boolean;

  /** The same installation joins again: the same host. */
  @Column({ name: 'installation', type: 'text' })
  installation!: string;

  /** The node that is the host's own daemon. */
  @Column({ name: 'node_id', type: 'text' })
  nodeId!: NodeId;

  /** Of its desired state; only grows, and only `DesiredWriter` moves it. */
  @Column({ name: 'revision', type: 'bigint', transformer: bigNumber, default: 0 })
  revision!: number;

  /** Its agent observes and reports, and does nothing. */
  @Column({ name: 'paused', type: 'boolean', default: false })
  paused!: boolean;

  /** Seconds that it may be away before it is removed; null: it stays. */
  @Column({ name: 'ephemeral_seconds', type: 'integer', nullable: true })
  ephemeralSeconds!: number | null;

  /** Of name and labels, for If-Match. */
  @Column({ name: 'version', type: 'integer', default: 1 })
  version!: number;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;

  @Column({ name: 'removed_at', type: 'timestamptz', nullable: true })
  removedAt!: Date | null;
}

/** In a condition: removed hosts stay for the history alone. */
export const existing = { removedAt: IsNull() };
