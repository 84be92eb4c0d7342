import { Column, Entity, IsNull, PrimaryColumn } from 'typeorm';
import type { HostId, HostKey, JoinTokenId, Labels, NodeId } from '@orrery/shared/contracts';
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

  /** By which it is known; null: it joined before hosts had keys. */
  @Column({ name: 'key', type: 'text', nullable: true })
  key!: HostKey | null;

  @Column({ name: 'key_revoked_at', type: 'timestamptz', nullable: true })
  keyRevokedAt!: Date | null;

  /** Who asked for another key of it; null: nobody, so none is taken. */
  @Column({ name: 'rotation_by', type: 'text', nullable: true })
  rotationBy!: string | null;

  /** What made it: a host that asks again after a lost reply gets itself. */
  @Column({ name: 'join_token_id', type: 'text', nullable: true })
  joinTokenId!: JoinTokenId | null;

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
