import { useQueries } from '@tanstack/react-query';
import { read } from './client.js';

const HOST = '/v1/hosts/{host}';

/** Which of these few hosts are unreachable, by name: what they last reported need not be so any more. */
export function useAwayHosts(names: readonly string[]): ReadonlySet<string> {
  const answers = useQueries({
    queries: [...new Set(names)].map((host) => ({
      queryKey: [HOST, { path: { host } }],
      queryFn: ({ signal }: { signal: AbortSignal }) => read(HOST, { path: { host } }, signal),
    })),
  });
  return new Set(answers.flatMap(({ data }) => (data?.presence === 'unreachable' ? [data.name] : [])));
}
