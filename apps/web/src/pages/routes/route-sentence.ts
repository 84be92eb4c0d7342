import type { Shape } from '../../api/client.js';

/** The title of a route: who carries it where, or why nobody does. Pure. */
export function routeSentence({ target, network, state, router, cause, via, findings }: Shape<'KeptRoute'>): string {
  const into = network.name ?? network.id;
  if (router === null) return `Nothing carries ${target} into ${into}: none of its routers is left`;
  if (state === 'pending') return `${target} is not announced in ${into} yet${cause ? `: ${cause}` : ''}`;
  const carries = `${router} carries ${target} into ${into}`;
  const broken = findings.find(({ severity }) => severity === 'error');
  if (broken) return `${carries}, but ${broken.cause}`;
  const standbys = via.filter(({ node }) => node.name !== router);
  if (standbys.length > 0 && standbys.every(({ hears }) => hears === false))
    return `${carries}, and ${standbys.length === 1 ? 'its standby does' : 'its standbys do'} not hear it`;
  return carries;
}
