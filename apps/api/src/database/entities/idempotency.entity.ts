import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('idempotency')
export class IdempotencyEntity {
  @PrimaryColumn({ name: 'token_id', type: 'text' })
  tokenId!: string;

  @PrimaryColumn({ name: 'key', type: 'text' })
  key!: string;

  @Column({ name: 'request_hash', type: 'bytea' })
  requestHash!: Buffer;

  /** Null while the first request is under way. */
  @Column({ name: 'status', type: 'integer', nullable: true })
  status!: number | null;

  @Column({ name: 'answer', type: 'jsonb', nullable: true })
  answer!: unknown;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;
}
