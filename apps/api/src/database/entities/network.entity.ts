import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { NetworkId } from '@orrery/shared/contracts';

/** The name that a person gave to a network; an unnamed one needs no row. */
@Entity('networks')
export class NetworkEntity {
  @PrimaryColumn({ name: 'id', type: 'text' })
  id!: NetworkId;

  @Column({ name: 'name', type: 'text' })
  name!: string;

  @Column({ name: 'version', type: 'integer', default: 1 })
  version!: number;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;
}
