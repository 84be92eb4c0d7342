import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { ProbeButton } from '../../acts/bars.js';
import { lineOf } from '../../acts/shell-word.js';
import type { Shape } from '../../api/client.js';
import { useEndlessList, useList } from '../../api/use-read.js';
import { Age } from '../../parts/age.js';
import { Button } from '../../parts/button.js';
import { CommandLine } from '../../parts/command-line.js';
import { DataTable, type Column } from '../../parts/data-table.js';
import { StateWord } from '../../parts/mark.js';
import { Nothing } from '../../parts/notice.js';
import { nodePlace } from '../../parts/places.js';
import { Prose } from '../../parts/sentence.js';
import { useNodesIn } from './memberships-of.js';
import { asksForProbe, latencyWord, likelyReasons, pathStanding, youngFor, type Likely } from './path-words.js';
import body from '../page-body.module.css';
import css from './paths.module.css';

type Path = Shape<'Path'>;

const PATHS = '/v1/networks/{network}/paths';
const AT_ONCE = 100;
const MOST_REASONS = 4;
/** A node is seldom in more; the page of each network has the others. */
const MOST_NETWORKS = 4;

const peer = (title: string, end: (path: Path) => Shape<'NodeRef'>): Column<Path> => ({
  key: title.toLowerCase(),
  title,
  show: (path) => <Link to={nodePlace(end(path).name)}>{end(path).name}</Link>,
});

const REST: readonly Column<Path>[] = [
  {
    key: 'path',
    title: 'Path',
    show: (path) => {
      const { is, word } = pathStanding(path);
      return <StateWord is={is}>{word}</StateWord>;
    },
  },
  { key: 'latency', title: 'Latency', show: ({ latencyMs }) => latencyWord(latencyMs), isNumber: true },
  {
    key: 'since',
    title: 'Since',
    show: ({ since }) => (since ? <Age at={since} ago /> : '–'),
    isNumber: true,
    hide: 'phone',
  },
  {
    key: 'endpoint',
    title: 'Reached at',
    show: ({ endpoint, disagrees }) =>
      endpoint ? <code>{endpoint}</code> : disagrees ? 'the other node says otherwise' : '–',
    hide: 'both',
  },
];
const OF_NODE = [peer('To', ({ peer: to }) => to), ...REST];
const OF_NETWORK = [
  peer('From', ({ node }) => node),
  ...REST.slice(0, 1),
  peer('To', ({ peer: to }) => to),
  ...REST.slice(1),
];

interface PathsProps {
  network: string;
  title: string;
  /** Only the view of this node. */
  node?: string;
}

/** How nodes reach each other in a network, and the likely reason where it is not direct. */
export function PathsIn({ network, title, node }: PathsProps) {
  const { items, isWhole, more } = useEndlessList(PATHS, { node }, { limit: AT_ONCE, parts: { network } });
  useLookWhenOlder(items);
  return (
    <section className={body.section}>
      <h2>
        {title} <small>each from its own view</small>
      </h2>
      {items.length === 0 ? (
        isWhole && <Nothing>No other node here to reach</Nothing>
      ) : (
        <div className={body.wide}>
          <DataTable
            caption={title}
            columns={node === undefined ? OF_NETWORK : OF_NODE}
            rows={items}
            keyOf={(path) => `${path.node.id} ${path.peer.id}`}
          />
        </div>
      )}
      {more && <Button onClick={more}>Show more paths</Button>}
      <Reasons paths={items} network={network} />
    </section>
  );
}

function useLookWhenOlder(paths: readonly Path[]): void {
  const queries = useQueryClient();
  useEffect(() => {
    const ms = youngFor(paths, Date.now());
    if (ms === undefined) return undefined;
    const timer = setTimeout(() => void queries.invalidateQueries({ queryKey: [PATHS] }), ms);
    return () => clearTimeout(timer);
  }, [paths, queries]);
}

function Reasons({ paths, network }: { paths: readonly Path[]; network: string }) {
  const reasons = likelyReasons(paths).slice(0, MOST_REASONS);
  const { items } = useNodesIn(network);
  const addressOf = (name: string) => {
    const found = items.find(({ node }) => node.name === name);
    return (found?.addresses[0] ?? found?.assignedAddresses[0])?.replace(/\/\d+$/, '');
  };
  if (reasons.length === 0) return null;
  return (
    <ul className={css.why} aria-label="Likely reasons">
      {reasons.map((likely) => (
        <Reason key={`${likely.code} ${likely.cause}`} likely={likely} address={addressOf(likely.to)} />
      ))}
    </ul>
  );
}

/** `address`: of the node that the path leads to, in this network. */
function Reason({ likely, address }: { likely: Likely; address: string | undefined }) {
  const { code, cause, fix, word, count, from } = likely;
  const { fix: said, isProbe } = asksForProbe(fix);
  const isFilled = isProbe && address !== undefined;
  return (
    <li>
      <strong>
        <Prose text={cause} />
      </strong>
      <p>
        <Prose text={isFilled ? said : fix} />
      </p>
      {isFilled && (
        <div className={css.probe}>
          <CommandLine run={lineOf('probe', from, '--ping', address)} />
          <ProbeButton node={from} target={address} />
        </div>
      )}
      <small>
        the likely reason why {count === 1 ? 'one path is' : `${count} paths are`} {word} (<code>{code}</code>)
      </small>
    </li>
  );
}

/** The paths of a node, in each of its networks. */
export function PathsOfNode({ node }: { node: string }) {
  const { items } = useList('/v1/memberships', { node });
  return items
    .slice(0, MOST_NETWORKS)
    .map(({ network }) => (
      <PathsIn key={network.id} network={network.id} node={node} title={`Paths in ${network.name ?? network.id}`} />
    ));
}
