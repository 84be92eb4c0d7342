import { Link } from '@tanstack/react-router';
import type { Shape } from '../../api/client.js';
import { StateWord } from '../../parts/mark.js';
import { hostPlace } from '../../parts/places.js';
import { Prose } from '../../parts/sentence.js';
import css from './overview.module.css';

type Topology = Shape<'Topology'>;
type Host = Topology['hosts'][number];
type Path = Topology['paths'][number];

const MOST_PATHS = 6;

/** What the picture says of the host that was chosen in it. */
export function Inspector({ topology, host, onClose }: { topology: Topology; host: Host; onClose: () => void }) {
  const nodes = topology.nodes.filter((node) => node.host === host.id);
  const paths = pathsOf(topology, new Set(nodes.map(({ id }) => id)));
  const relayed = paths.filter(({ path }) => path.path === 'relayed').length;
  return (
    <section className={css.inspector} aria-label={host.name}>
      <h2>
        {host.name}
        <small>
          {host.site ?? 'no site'}, {nodes.length} {nodes.length === 1 ? 'node' : 'nodes'}
        </small>
      </h2>
      <button type="button" className={css.close} onClick={onClose} aria-label={`Let go of ${host.name}`}>
        ×
      </button>
      <p>
        <StateWord is={host.state} /> <Prose text={host.why ?? ''} />
      </p>
      <ul>
        {paths.slice(0, MOST_PATHS).map(({ path, peer }) => (
          <li key={`${path.node} ${path.peer}`}>
            <span>{peer}</span>
            <span className={path.path === 'relayed' ? css.waiting : undefined}>
              {path.ms === undefined ? '' : `${path.ms} ms `}
              {path.path}
            </span>
          </li>
        ))}
      </ul>
      {paths.length > MOST_PATHS && (
        <p>
          {paths.length - relayed} direct and {relayed} relayed in all
        </p>
      )}
      <Link to={hostPlace(host.name)} className={css.open}>
        Open {host.name}
      </Link>
    </section>
  );
}

/** Relayed ones first, then the slowest. */
function pathsOf({ paths, nodes }: Topology, mine: ReadonlySet<string>): { path: Path; peer: string }[] {
  const names = new Map(nodes.map(({ address, name }) => [address, name]));
  const rank = ({ path, ms = 0 }: Path) => (path === 'relayed' ? 1e9 : 0) + ms;
  return paths
    .filter(({ node }) => mine.has(node))
    .sort((a, b) => rank(b) - rank(a))
    .map((path) => ({ path, peer: names.get(path.peer) ?? path.peer }));
}
