import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { ApiFactType, CommandId, HostId, NetworkId, NodeId } from '@orrery/shared/contracts';

/** An event of the API's own, written in the transaction of the change that it tells of; ingest moves it into `events`. */
@Entity('outbox')
export class OutboxEntity {
  @PrimaryGeneratedColumn('identity', { name: 'id', type: 'bigint', generatedIdentity: 'ALWAYS' })
  id!: string;

  @Column({ name: 'type', type: 'text' })
  type!: ApiFactType;

  @Column({ name: 'host_id', type: 'text', nullable: true })
  hostId!: HostId | null;

  @Column({ name: 'node_id', type: 'text', nullable: true })
  nodeId!: NodeId | null;

  @Column({ name: 'network_id', type: 'text', nullable: true })
  networkId!: NetworkId | null;

  @Column({ name: 'command_id', type: 'text', nullable: true })
  commandId!: CommandId | null;

  @Column({ name: 'container_name', type: 'text', nullable: true })
  containerName!: string | null;

  @Column({ name: 'data', type: 'jsonb' })
  data!: Record<string, unknown>;

  @Column({ name: 'at', type: 'timestamptz', default: () => 'now()' })
  at!: Date;
}
