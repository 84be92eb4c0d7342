import { type AnyItem, Item } from '@orrery/shared/contracts';

/** The items of a desired state that this agent can read. An unreadable item does not block the others; it settles as failed. */
export interface DesiredItems {
  items: Item[];
  unreadable: { item: AnyItem; cause: string }[];
  /** Observe and report, and do nothing. */
  paused: boolean;
}

export const NO_ITEMS: DesiredItems = { items: [], unreadable: [], paused: false };

export function readItems(list: readonly AnyItem[], paused = false): DesiredItems {
  const read: DesiredItems = { items: [], unreadable: [], paused };
  for (const item of list) {
    const parsed = Item.safeParse(item);
    if (parsed.success) read.items.push(parsed.data);
    else {
      const [issue] = parsed.error.issues;
      read.unreadable.push({
        item,
        cause: issue ? `${issue.path.join('.') || 'kind'}: ${issue.message}` : 'not an item',
      });
    }
  }
  return read;
}
