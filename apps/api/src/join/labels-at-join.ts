import type { Labels } from '@orrery/shared/contracts';

/**
 * Labels are authority: selectors of scopes and of admission go by them. So a machine that enrols with a token gets the token's labels, and
 * those that it says of itself only if the token lets it choose; what the token says wins. The join secret is the installation's own, and
 * whoever has it could make any token.
 */
export function labelsAtJoin(
  own: Labels,
  token: { labels: Labels; ownLabels: boolean } | undefined,
): { labels: Labels; ignored: Labels } {
  if (!token) return { labels: own, ignored: {} };
  const labels = token.ownLabels ? { ...own, ...token.labels } : token.labels;
  const ignored = Object.entries(own).filter(([key, value]) => labels[key] !== value);
  return { labels, ignored: Object.fromEntries(ignored) };
}
