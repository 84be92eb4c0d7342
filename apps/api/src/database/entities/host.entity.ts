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

  /** When the same installation joins again, it is the same host. */
  @Column({ name: 'installation', type: 'text' })
  installation!: string;

  /** The node of the host's own daemon. */
  @Column({ name: 'node_id', type: 'text' })
  nodeId!: NodeId;

  /** The key that identifies it; null if it joined before hosts had keys. */
  @Column({ name: 'key', type: 'text', nullable: true })
  key!: HostKey | null;

  @Column({ name: 'key_revoked_at', type: 'timestamptz', nullable: true })
  keyRevokedAt!: Date | null;

  /** Who requested another key for it; null if nobody did, so that none is accepted. */
  @Column({ name: 'rotation_by', type: 'text', nullable: true })
  rotationBy!: string | null;

  /** The token that created it, so that a host that repeats its request after a lost reply gets itself. */
  @Column({ name: 'join_token_id', type: 'text', nullable: true })
  joinTokenId!: JoinTokenId | null;

  /** The revision of its desired state; it only grows, and only `DesiredWriter` changes it. */
  @Column({ name: 'revision', type: 'bigint', transformer: bigNumber, default: 0 })
  revision!: number;

  /** Its agent observes and reports, and does nothing else. */
  @Column({ name: 'paused', type: 'boolean', default: false })
  paused!: boolean;

  /** Seconds for which it may be unreachable before it is removed; null: it stays. */
  @Column({ name: 'ephemeral_seconds', type: 'integer', nullable: true })
  ephemeralSeconds!: number | null;

  /** The version of name and labels, for If-Match. */
  @Column({ name: 'version', type: 'integer', default: 1 })
  version!: number;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;

  @Column({ name: 'removed_at', type: 'timestamptz', nullable: true })
  removedAt!: Date | null;
}

/** A condition: removed hosts stay only for the history. */
export const existing = { removedAt: IsNull() };
