import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { HostId, JoinTokenId, Labels, NetworkId } from '@orrery/shared/contracts';

/** What a machine enrolls with, and what the host is to be that it makes. */
@Entity('join_tokens')
export class JoinTokenEntity {
  @PrimaryColumn({ name: 'id', type: 'text' })
  id!: JoinTokenId;

  /** SHA-256 of the whole token. */
  @Column({ name: 'hash', type: 'bytea' })
  hash!: Buffer;

  /** Its first characters. */
  @Column({ name: 'prefix', type: 'text' })
  prefix!: string;

  /** The name that the host gets; null: the one that it says. */
  @Column({ name: 'name', type: 'text', nullable: true })
  name!: string | null;

  @Column({ name: 'uses', type: 'integer' })
  uses!: number;

  @Column({ name: 'uses_left', type: 'integer' })
  usesLeft!: number;

  @Column({ name: 'labels', type: 'jsonb', default: {} })
  labels!: Labels;

  /** Whether the labels that the machine says of itself count, too. */
  @Column({ name: 'own_labels', type: 'boolean', default: false })
  ownLabels!: boolean;

  @Column({ name: 'networks', type: 'text', array: true, default: [] })
  networks!: NetworkId[];

  /** Seconds that the host may be away before it is removed; null: it stays. */
  @Column({ name: 'ephemeral_seconds', type: 'integer', nullable: true })
  ephemeralSeconds!: number | null;

  /** The host whose place it takes. */
  @Column({ name: 'replaces_host_id', type: 'text', nullable: true })
  replacesHostId!: HostId | null;

  @Column({ name: 'created_by', type: 'text' })
  createdBy!: string;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;

  @Column({ name: 'expires_at', type: 'timestamptz' })
  expiresAt!: Date;

  @Column({ name: 'revoked_at', type: 'timestamptz', nullable: true })
  revokedAt!: Date | null;
}
