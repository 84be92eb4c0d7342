import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One row: the identity of this database, part of every event id. */
@Entity('store')
export class StoreEntity {
  @PrimaryColumn({ name: 'id', type: 'text' })
  id!: string;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;
}
