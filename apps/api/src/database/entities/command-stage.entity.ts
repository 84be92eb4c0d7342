import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { CommandId, Stage } from '@orrery/shared/contracts';

@Entity('command_stages')
export class CommandStageEntity {
  /** The driver's string: only ever ordered by. */
  @PrimaryGeneratedColumn('identity', { name: 'id', type: 'bigint', generatedIdentity: 'ALWAYS' })
  id!: string;

  @Column({ name: 'command_id', type: 'text' })
  commandId!: CommandId;

  @Column({ name: 'stage', type: 'text' })
  stage!: Stage;

  /** Whose stage it is; empty: the command's own. One row per command, stage and item. */
  @Column({ name: 'item_id', type: 'text', default: '' })
  itemId!: string;

  @Column({ name: 'detail', type: 'text', default: '' })
  detail!: string;

  @Column({ name: 'at', type: 'timestamptz', default: () => 'now()' })
  at!: Date;
}
