import { ApiProblem, Unreachable } from '../../api/client.js';
import type { EndlessList } from '../../api/use-read.js';
import { Button } from '../../parts/button.js';
import { Prose } from '../../parts/sentence.js';
import css from './lists.module.css';

/** What follows the rows that are here: how many match, more on their way, or why they do not come. The rows stay. */
export function More<Row>({ noun, list, isFiltered }: { noun: string; list: EndlessList<Row>; isFiltered: boolean }) {
  const { items, isAsking, isWhole, isOld, moreError, more } = list;
  return (
    <div className={css.more} role="status">
      {isWhole && !isOld && (isFiltered || items.length === 0) && <p>{countSaid(items.length, noun, isFiltered)}</p>}
      {isAsking && <p className={css.soon}>Loading more {noun}</p>}
      {moreError && !isAsking && (
        <p>
          No more {noun} could be loaded: <Prose text={causeOf(moreError)} />{' '}
          {more && <Button onClick={more}>Try again</Button>}
        </p>
      )}
    </div>
  );
}

function countSaid(count: number, noun: string, isFiltered: boolean): string {
  if (count === 0) return isFiltered ? `No ${noun} match` : `No ${noun} yet`;
  return count === 1 ? 'One matches' : `${count.toLocaleString('en-US')} ${noun} match`;
}

/** Why there are no rows: what was asked for is refused, or nobody answers. */
export function NoAnswer({ noun, error }: { noun: string; error: Error }) {
  return (
    <div className={css.more} role="status">
      <p>
        These {noun} cannot be shown: <Prose text={causeOf(error)} />
      </p>
    </div>
  );
}

function causeOf(error: Error): string {
  if (error instanceof Unreachable) return 'Orrery cannot be reached.';
  if (!(error instanceof ApiProblem)) return error.message;
  const { detail, fix = '' } = error.problem;
  return `${detail}. ${fix}`;
}
