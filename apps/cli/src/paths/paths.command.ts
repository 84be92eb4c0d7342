import { PathPage, type Path } from '@orrery/shared/contracts';
import { listAll } from '../api/list-all.js';
import { apiPath } from '../api/paths.js';
import { marked } from '../hosts/host-view.js';
import { networkArgument } from '../networks/network-view.js';
import { nodeFilter } from '../nodes/node-view.js';
import { limitOption, outputOption, type OutputOptions } from '../options/shared-options.js';
import { age } from '../output/age.js';
import { printList, type ListView } from '../output/print.js';
import { alignedRows, toneOf, type Column, type Tone } from '../output/table.js';
import type { Context } from '../program/context.js';
import type { Leaf } from '../program/orrery-command.js';
import { safeText } from '../terminal/safe-text.js';
import type { Colors } from '../terminal/terminal.js';

type PathsOptions = OutputOptions & { node?: string; limit?: number };

/** A network of more nodes is shown as a list: a wider table does not fit. */
const MOST_NODES = 8;
const FETCHED = 500;

const TONE: Record<Path['path'], Tone> = { direct: 'good', relayed: 'warn', none: 'dim', unknown: 'dim' };

const isSilent = ({ reason }: Path) => reason?.code === 'path-silent';
const toneOfPath = (path: Path): Tone => (isSilent(path) ? 'bad' : TONE[path.path]);

const columns: Column<Path>[] = [
  { title: 'FROM', text: ({ node, simulated }) => marked(node.name, simulated), tone: () => 'strong' },
  { title: 'TO', text: ({ peer }) => peer.name },
  { title: 'PATH', text: pathText, tone: toneOfPath },
  { title: 'LATENCY', text: latencyText },
  { title: 'REASON', text: ({ reason }) => reason?.code ?? '' },
  { title: 'ENDPOINT', text: ({ endpoint }) => endpoint ?? '', wide: true },
  { title: 'SINCE', text: ({ since }, now) => age(since, now), wide: true },
  { title: 'CAUSE', text: ({ reason }) => reason?.cause ?? '', wide: true },
];

const viewOf = (network: string): ListView<Path> => ({
  columns,
  nameOf: ({ node, peer }) => `${node.name} ${peer.name}`,
  empty: `No paths: fewer than two nodes are in ${safeText(network)}. To join one: orrery join NODE ${safeText(network)}`,
});

/** `orrery paths`: how the nodes of a network reach each other, each from its own view. */
export const pathsLeaf = (context: Context): Leaf<PathsOptions> => ({
  name: 'paths',
  summary: 'show how the nodes of a network reach each other',
  details:
    'Each row is the view of one node: `direct` with its latency (`silent` if nothing comes back), `relayed` by a root, `none` if the node does not list the other, or `unknown`. ' +
    `Up to ${MOST_NODES} nodes are shown as a table of all pairs, more as a list, which -o wide shows in any case.`,
  args: [networkArgument()],
  options: [nodeFilter(), limitOption(FETCHED), outputOption()],
  examples: ['orrery paths lab', 'orrery paths lab --node web-1/demo -o wide', 'orrery explain path-bridge-closed'],
  run: async ({ output, node, limit }, network = '') => {
    const { client, terminal } = context;
    const { rows, more } = await listAll(client, apiPath('networks', network, 'paths'), PathPage, { node }, limit);
    const paths = rows.map(({ value }) => value);
    const names = [...new Set(paths.map((path) => path.node.name))];
    const isTable = output === 'table' && !more && names.length > 1 && names.length <= MOST_NODES;
    if (isTable) terminal.out(matrixLines(paths, names, terminal.colors).join('\n'));
    else printList(context, output, viewOf(network), rows);
    if (more && terminal.live) terminal.err('(there are more; use --limit)');
  },
});

function pathText(one: Path): string {
  const { path, stale, disagrees } = one;
  return [path, isSilent(one) && 'silent', stale && '(stale)', disagrees && '≠'].filter(Boolean).join(' ');
}

function latencyText({ latencyMs }: Path): string {
  return latencyMs === null ? '' : `${Math.round(latencyMs)} ms`;
}

function matrixLines(paths: readonly Path[], names: readonly string[], colors: Colors): string[] {
  const find = (from: string, to: string) => paths.find(({ node, peer }) => node.name === from && peer.name === to);
  const cell = (path: Path | undefined): string => {
    if (!path) return colors.dim('·');
    const text =
      path.path === 'direct' && !isSilent(path)
        ? [pathText(path), latencyText(path)].filter(Boolean).join(' ')
        : pathText(path);
    return toneOf(colors, toneOfPath(path))(text);
  };
  const table = alignedRows([
    ['FROM / TO', ...names.map(safeText)].map(colors.dim),
    ...names.map((from) => [colors.bold(safeText(from)), ...names.map((to) => cell(find(from, to)))]),
  ]);
  const notes = [...reasonLines(paths, colors), ...disagreementLines(paths)];
  return notes.length > 0 ? [...table, '', ...notes] : table;
}

/** One entry for each reason, with the first of its causes. */
function reasonLines(paths: readonly Path[], colors: Colors): string[] {
  const byCode = new Map<string, Path[]>();
  for (const path of paths)
    if (path.reason) byCode.set(path.reason.code, [...(byCode.get(path.reason.code) ?? []), path]);
  const explained = [...byCode].flatMap(([code, [first, ...others]]) => [
    `${colors.bold(code)}: ${safeText(first?.reason?.cause ?? '')}${others.length > 0 ? `, and ${others.length} more` : ''}`,
    `    ${safeText(first?.reason?.fix ?? '')}`,
  ]);
  const open = paths.filter(({ path, reason }) => path === 'relayed' && reason === null);
  const [first] = open;
  if (!first) return explained;
  const more = open.length > 1 ? `, and ${open.length - 1} more` : '';
  return [...explained, `relayed, reason unknown: ${safeText(first.node.name)} to ${safeText(first.peer.name)}${more}`];
}

function disagreementLines(paths: readonly Path[]): string[] {
  return paths.some(({ disagrees }) => disagrees) ? ['≠  only one of the two nodes calls the path direct'] : [];
}
