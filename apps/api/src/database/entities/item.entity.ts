import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { HostId, Intent, Item, ItemId, NodeId } from '@orrery/shared/contracts';
import { bigNumber } from '../big-number.js';

/** One desired thing on one host. Only `DesiredWriter` writes it; `body` is the rest of the item as it is sent. */
@Entity('items')
export class ItemEntity {
  @PrimaryColumn({ name: 'id', type: 'text' })
  id!: ItemId;

  @Column({ name: 'host_id', type: 'text' })
  hostId!: HostId;

  @Column({ name: 'node_id', type: 'text' })
  nodeId!: NodeId;

  @Column({ name: 'kind', type: 'text' })
  kind!: Item['kind'];

  @Column({ name: 'intent', type: 'text' })
  intent!: Intent;

  /** The host's revision at which this item last changed. */
  @Column({ name: 'revision', type: 'bigint', transformer: bigNumber })
  revision!: number;

  @Column({ name: 'body', type: 'jsonb' })
  body!: Record<string, unknown>;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;
}
