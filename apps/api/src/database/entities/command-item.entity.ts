import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { CommandId, Intent, ItemId, Outcome } from '@orrery/shared/contracts';
import { bigNumber } from '../big-number.js';

@Entity('command_items')
export class CommandItemEntity {
  @PrimaryColumn({ name: 'command_id', type: 'text' })
  commandId!: CommandId;

  @PrimaryColumn({ name: 'item_id', type: 'text' })
  itemId!: ItemId;

  @Column({ name: 'revision', type: 'bigint', transformer: bigNumber })
  revision!: number;

  /** Written by ingest; null while nothing was settled. */
  @Column({ name: 'outcome', type: 'jsonb', nullable: true })
  outcome!: Outcome | null;

  /** The item before this command; null when the command made it. */
  @Column({ name: 'previous', type: 'jsonb', nullable: true })
  previous!: { intent: Intent; body: Record<string, unknown> } | null;
}
