import { explain, type Withheld } from '@orrery/shared/contracts';

/** Replaces a new token when the answer that showed it is repeated. */
export function withheld(id: string): Withheld {
  const { cause, fix } = explain('token-withheld/revoke', { id });
  return { cause, fix };
}
