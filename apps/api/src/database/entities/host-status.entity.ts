import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { EngineInfo, Epoch, HostId, Presence } from '@orrery/shared/contracts';
import { bigNumber } from '../big-number.js';

@Entity('host_status')
export class HostStatusEntity {
  @PrimaryColumn({ name: 'host_id', type: 'text' })
  hostId!: HostId;

  @Column({ name: 'presence', type: 'text', default: 'joined' })
  presence!: Presence;

  @Column({ name: 'presence_since', type: 'timestamptz', default: () => 'now()' })
  presenceSince!: Date;

  @Column({ name: 'last_seen_at', type: 'timestamptz', nullable: true })
  lastSeenAt!: Date | null;

  /** For how long an ephemeral host was away by now, in time in which it could have been heard. */
  @Column({ name: 'away_seconds', type: 'double precision', default: 0 })
  awaySeconds!: number;

  @Column({ name: 'agent_version', type: 'text', nullable: true })
  agentVersion!: string | null;

  @Column({ name: 'epoch', type: 'text', nullable: true })
  epoch!: Epoch | null;

  /** The revision that the agent last said it holds, and its digest. */
  @Column({ name: 'held_revision', type: 'bigint', transformer: bigNumber, default: 0 })
  heldRevision!: number;

  @Column({ name: 'held_digest', type: 'text', nullable: true })
  heldDigest!: string | null;

  /** Hash of the observation that the agent last told, and of the last snapshot that was stored. */
  @Column({ name: 'inventory', type: 'text', nullable: true })
  inventory!: string | null;

  @Column({ name: 'snapshot', type: 'text', nullable: true })
  snapshot!: string | null;

  /** What is known of the host may be incomplete: ask for a whole look. */
  @Column({ name: 'wants_snapshot', type: 'boolean', default: true })
  wantsSnapshot!: boolean;

  @Column({ name: 'engine', type: 'jsonb', nullable: true })
  engine!: EngineInfo | { cause: string } | null;

  /** No replica publishes the desired state before this moment. */
  @Column({ name: 'publish_at', type: 'timestamptz', default: () => 'now()' })
  publishAt!: Date;
}
