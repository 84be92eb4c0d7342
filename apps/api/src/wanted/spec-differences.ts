import { isDeepStrictEqual } from 'node:util';
import type { ResolvedSpec } from './drafts.js';
import type { WantedContainer, WantedMembership } from './wanted.repository.js';

export interface Difference {
  field: string;
  is: unknown;
  asked: unknown;
}

/** Field by field, where a container that is wanted differs from a spec that is asked for under its name. */
export function specDifferences(
  container: Pick<WantedContainer, 'image' | 'limits'>,
  present: WantedMembership[],
  spec: ResolvedSpec,
): Difference[] {
  const networks = present.map(({ networkId }) => networkId).sort();
  const candidates: Difference[] = [
    { field: 'networks', is: networks, asked: [...spec.networks].sort() },
    { field: 'image', is: container.image, asked: spec.image },
    { field: 'limits.memoryMb', is: container.limits.memoryMb, asked: spec.limits.memoryMb },
    { field: 'limits.pids', is: container.limits.pids, asked: spec.limits.pids },
    ...settingsOf(present, spec),
  ];
  return candidates.filter(({ is, asked }) => !isDeepStrictEqual(is, asked));
}

/** One line where all networks have the same settings, else one for each network. */
function settingsOf(present: WantedMembership[], { settings: asked }: ResolvedSpec): Difference[] {
  const [first, ...others] = present;
  if (!first) return [];
  if (others.every(({ settings }) => isDeepStrictEqual(settings, first.settings)))
    return [{ field: 'settings', is: first.settings, asked }];
  return present.map(({ networkId, settings }) => ({ field: `settings of ${networkId}`, is: settings, asked }));
}
