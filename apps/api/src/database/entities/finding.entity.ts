import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { FindingCode, FindingData, FindingSource, HostId } from '@orrery/shared/contracts';
import { bigNumber } from '../big-number.js';

@Entity('findings')
export class FindingEntity {
  @PrimaryColumn({ name: 'host_id', type: 'text' })
  hostId!: HostId;

  @PrimaryColumn({ name: 'source', type: 'text', default: 'agent' })
  source!: FindingSource;

  @PrimaryColumn({ name: 'code', type: 'text' })
  code!: FindingCode;

  /** Empty for none, as the next two: part of the key. */
  @PrimaryColumn({ name: 'node_id', type: 'text' })
  nodeId!: string;

  @PrimaryColumn({ name: 'network_id', type: 'text' })
  networkId!: string;

  @PrimaryColumn({ name: 'item_id', type: 'text' })
  itemId!: string;

  @Column({ name: 'severity', type: 'text' })
  severity!: FindingData['severity'];

  @Column({ name: 'cause', type: 'text' })
  cause!: string;

  @Column({ name: 'fix', type: 'text' })
  fix!: string;

  @Column({ name: 'ordinal', type: 'integer' })
  ordinal!: number;

  @Column({ name: 'seq', type: 'bigint', transformer: bigNumber })
  seq!: number;

  @Column({ name: 'since', type: 'timestamptz' })
  since!: Date;
}
