import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { change, Unreachable, type Asking } from '../api/client.js';

export interface ActRequest {
  asking: Asking;
  body?: unknown;
  /** What was seen of its target: if somebody changed it since, nothing is done (412). Null or left out: it has none. */
  version?: number | null;
}

/**
 * Something that a person asks for: an operation as the OpenAPI document names it. Each request has a key of its own,
 * so that asking again when no answer arrived does it once. Nothing is shown as done before it was observed. `mutationKey`:
 * others show that it was asked for.
 */
export function useAct<Answer, Request extends ActRequest = ActRequest>(
  operation: string,
  mutationKey?: readonly string[],
) {
  const queries = useQueryClient();
  const last = useRef({ text: '', key: '' });
  const isBusy = useRef(false);
  const mutation = useMutation({
    ...(mutationKey && { mutationKey, gcTime: 0 }),
    mutationFn: async ({ asking, body, version }: Request): Promise<Answer> => {
      const text = JSON.stringify([asking, body, version]);
      if (last.current.text !== text) last.current = { text, key: newKey() };
      const { key } = last.current;
      const headers: Record<string, string> = { 'idempotency-key': key };
      if (version !== undefined && version !== null) headers['if-match'] = `"${version}"`;
      return change(operation, asking, body, headers) as Promise<Answer>;
    },
    onSettled: (_answer, error) => {
      isBusy.current = false;
      if (!(error instanceof Unreachable)) last.current = { text: '', key: '' };
      void queries.invalidateQueries();
    },
  });
  /** The second click of two is not a second wish. */
  const mutate = (request: Request) => {
    if (isBusy.current) return;
    isBusy.current = true;
    mutation.mutate(request);
  };
  return { ...mutation, mutate };
}

/** Not `randomUUID`: over plain HTTP from another machine there is none. */
export const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
