import { useQueryClient } from '@tanstack/react-query';
import { change } from '../api/client.js';
import { door } from './door.js';

/** Ends the login here and at the API. If that cannot be reached, the half that this browser has is forgotten all the same. */
export function useSignOut(): () => void {
  const queries = useQueryClient();
  return () => {
    const { secret } = door;
    if (secret === undefined) return;
    change('DELETE /v1/me/login', {})
      .catch(() => undefined)
      .finally(() => {
        door.ended(secret, 'signed-out');
        queries.clear();
      });
  };
}
