import { In } from 'typeorm';
import type { CommandId, ItemId } from '@orrery/shared/contracts';
import { CommandEntity } from '../database/entities/command.entity.js';
import { ItemEntity } from '../database/entities/item.entity.js';
import type { Transaction } from '../database/sql.js';

export const commandById = (transaction: Transaction, id: CommandId) =>
  transaction.findOneByOrFail(CommandEntity, { id });

/** In the order in which they were made. */
export const commandsById = (transaction: Transaction, ids: readonly CommandId[]) =>
  transaction.find(CommandEntity, { where: { id: In(ids) }, order: { createdAt: 'ASC', id: 'ASC' } });

export const itemsById = (transaction: Transaction, ids: readonly ItemId[]) =>
  transaction.findBy(ItemEntity, { id: In(ids) });
