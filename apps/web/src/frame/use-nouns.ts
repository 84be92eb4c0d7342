import { useMemo } from 'react';
import { may } from '../door/may.js';
import { useDoor } from '../door/use-door.js';
import { nounsFor, type NounGroup } from './nouns.js';

/** What a page leads to. A token with a scope sees nothing that concerns the whole installation. */
export function useNouns(): readonly NounGroup[] {
  const state = useDoor();
  const login = state.is === 'open' ? state.login : undefined;
  return useMemo(() => (login ? nounsFor((operation) => login.scope === null && may(login, operation)) : []), [login]);
}
