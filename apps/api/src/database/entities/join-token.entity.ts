import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { HostId, JoinTokenId, Labels, NetworkId } from '@orrery/shared/contracts';

/** The token with which a machine enrolls, and the properties of the host that it creates. */
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

  /** The name of the host; null: the name that the machine requests. */
  @Column({ name: 'name', type: 'text', nullable: true })
  name!: string | null;

  @Column({ name: 'uses', type: 'integer' })
  uses!: number;

  @Column({ name: 'uses_left', type: 'integer' })
  usesLeft!: number;

  @Column({ name: 'labels', type: 'jsonb', default: {} })
  labels!: Labels;

  /** Whether the machine's own labels count as well. */
  @Column({ name: 'own_labels', type: 'boolean', default: false })
  ownLabels!: boolean;

  @Column({ name: 'networks', type: 'text', array: true, default: [] })
  networks!: NetworkId[];

  /** Seconds for which the host may be unreachable before it is removed; null: it stays. */
  @Column({ name: 'ephemeral_seconds', type: 'integer', nullable: true })
  ephemeralSeconds!: number | null;

  /** The host that the machine replaces. */
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
