import { Selector } from '@orrery/shared/contracts';
import { badRequest } from '../http/schema.pipe.js';
import type { Where } from './where.js';

/** A selector as people write it. */
export function parseSelector(text: string): Selector {
  const selector = Selector.safeParse(text);
  if (selector.success) return selector.data;
  throw badRequest(selector.error.issues.map((issue) => ({ ...issue, path: ['selector'] })));
}

/** The selector as conditions on a jsonb column of labels, with the same meaning as `matches` of the contracts. */
export function whereSelector(where: Where, selector: Selector, column: string): void {
  for (const term of selector)
    switch (term.op) {
      case 'equals':
        where.and(`${column} ->> $? = $?`, term.key, term.value);
        break;
      case 'differs':
        where.and(`${column} ->> $? IS DISTINCT FROM $?`, term.key, term.value);
        break;
      case 'exists':
        where.and(`jsonb_exists(${column}, $?)`, term.key);
        break;
      case 'missing':
        where.and(`NOT jsonb_exists(${column}, $?)`, term.key);
        break;
    }
}
