import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { AdmissionPolicy, ControllerId, NetworkConfig, NetworkId } from '@orrery/shared/contracts';

/**
 * A network that a person named, or that Orrery keeps, which then also has the next three columns. Other networks need
 * no row.
 */
@Entity('networks')
export class NetworkEntity {
  @PrimaryColumn({ name: 'id', type: 'text' })
  id!: NetworkId;

  @Column({ name: 'name', type: 'text' })
  name!: string;

  @Column({ name: 'controller_id', type: 'text', nullable: true })
  controllerId!: ControllerId | null;

  @Column({ name: 'config', type: 'jsonb', nullable: true })
  config!: NetworkConfig | null;

  @Column({ name: 'admission', type: 'jsonb', nullable: true })
  admission!: AdmissionPolicy | null;

  /** Whether labels of workloads can ask for it. */
  @Column({ name: 'labels', type: 'boolean', default: false })
  labels!: boolean;

  @Column({ name: 'version', type: 'integer', default: 1 })
  version!: number;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;
}
