import { ApiProblem, Unreachable } from '../../api/client.js';
import type { EndlessList } from '../../api/use-read.js';
import { Button } from '../../parts/button.js';
import { Prose } from '../../parts/sentence.js';
import css from './lists.module.css';

/** What follows the rows that are here: more on their way, or why they do not come. The rows stay. */
export function More<Row>({ noun, list }: { noun: string; list: EndlessList<Row> }) {
  const { isAsking, moreError, more } = list;
  return (
    <div className={css.more} role="status">
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
