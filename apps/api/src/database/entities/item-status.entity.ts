import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { HostId, ItemId, Outcome } from '@orrery/shared/contracts';
import { bigNumber } from '../big-number.js';

/** How an item stands, at the revision that the agent last settled. */
@Entity('item_status')
export class ItemStatusEntity {
  @PrimaryColumn({ name: 'item_id', type: 'text' })
  itemId!: ItemId;

  @Column({ name: 'host_id', type: 'text' })
  hostId!: HostId;

  @Column({ name: 'revision', type: 'bigint', transformer: bigNumber })
  revision!: number;

  @Column({ name: 'outcome', type: 'jsonb' })
  outcome!: Outcome;

  @Column({ name: 'ordinal', type: 'integer' })
  ordinal!: number;

  @Column({ name: 'seq', type: 'bigint', transformer: bigNumber })
  seq!: number;

  @Column({ name: 'updated_at', type: 'timestamptz' })
  updatedAt!: Date;
}
