import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ControllerId, ControllerKind, NodeId } from '@orrery/shared/contracts';

@Entity('controllers')
export class ControllerEntity {
  @PrimaryColumn({ name: 'id', type: 'text' })
  id!: ControllerId;

  @Column({ name: 'name', type: 'text' })
  name!: string;

  @Column({ name: 'kind', type: 'text' })
  kind!: ControllerKind;

  /** For a self-hosted controller; null if its node is gone. */
  @Column({ name: 'node_id', type: 'text', nullable: true })
  nodeId!: NodeId | null;

  /** For Central. */
  @Column({ name: 'url', type: 'text', nullable: true })
  url!: string | null;

  /** For Central, encrypted with a key from the secrets folder. */
  @Column({ name: 'token_sealed', type: 'bytea', nullable: true })
  tokenSealed!: Buffer | null;

  @Column({ name: 'version', type: 'integer', default: 1 })
  version!: number;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;
}
