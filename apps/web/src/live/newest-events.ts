import { numberOf, type FleetEvent } from './fleet-event.js';

/** A page of `GET /v1/events`, the newest first. */
export interface EventPage {
  items: FleetEvent[];
  next: string | null;
}

/** The page with what has happened since, as the API would give it. `events` are in their order. Pure. */
export function withNewest<Page extends EventPage>(page: Page, events: readonly FleetEvent[], most: number): Page {
  const newest = page.items[0] ? numberOf(page.items[0].id) : -1;
  const news = events.filter(({ id }) => numberOf(id) > newest).toReversed();
  if (news.length === 0) return page;
  const all = [...news.slice(0, most), ...page.items];
  const items = all.slice(0, most);
  const isCut = all.length > most || news.length > most;
  return { ...page, items, next: isCut ? (items.at(-1)?.id ?? null) : page.next };
}

/** More pages in a list than somebody who reads from the top has read. */
const MOST_LISTED = 500;

interface Pages {
  pages: EventPage[];
  pageParams: unknown[];
}

/** The same for a list whose pages are asked for as somebody reads: it grows at the top, and a storm cuts it at the end. */
export function withNewestOnTop<List extends Pages>(list: List, events: readonly FleetEvent[]): List {
  const [first, ...rest] = list.pages;
  if (!first) return list;
  const grown = withNewest(first, events, MOST_LISTED);
  if (grown === first) return list;
  const isCut = grown.items.length === MOST_LISTED;
  return {
    ...list,
    pages: isCut ? [grown] : [{ ...grown, next: first.next }, ...rest],
    pageParams: isCut ? list.pageParams.slice(0, 1) : list.pageParams,
  };
}
