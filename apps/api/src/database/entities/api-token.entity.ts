import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { NetworkId } from '@orrery/shared/contracts';

@Entity('api_tokens')
export class ApiTokenEntity {
  @PrimaryColumn({ name: 'id', type: 'text' })
  id!: string;

  @Column({ name: 'name', type: 'text' })
  name!: string;

  /** SHA-256 of a 256-bit random token. */
  @Column({ name: 'hash', type: 'bytea' })
  hash!: Buffer;

  @Column({ name: 'role', type: 'text' })
  role!: 'viewer' | 'operator' | 'admin';

  /** Its first characters. */
  @Column({ name: 'prefix', type: 'text', default: '' })
  prefix!: string;

  @Column({ name: 'scope', type: 'jsonb', nullable: true })
  scope!: { hosts: string | null; networks: NetworkId[] | null } | null;

  @Column({ name: 'created_by', type: 'text', default: 'orrery' })
  createdBy!: string;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;

  @Column({ name: 'expires_at', type: 'timestamptz', nullable: true })
  expiresAt!: Date | null;

  @Column({ name: 'revoked_at', type: 'timestamptz', nullable: true })
  revokedAt!: Date | null;

  @Column({ name: 'last_used_at', type: 'timestamptz', nullable: true })
  lastUsedAt!: Date | null;
}
