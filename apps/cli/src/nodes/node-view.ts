import type { Node } from '@orrery/shared/contracts';
import { marked } from '../hosts/host-view.js';
import { ReferenceArgument } from '../options/reference-argument.js';
import { ReferenceOption } from '../options/reference-option.js';
import { age } from '../output/age.js';
import type { Column, Tone } from '../output/table.js';

const STATE_TONE: Record<Node['state'], Tone> = { up: 'good', down: 'bad', unknown: 'warn' };

const nodeColumns: Column<Node>[] = [
  { title: 'NODE', text: (node) => marked(node.name, node.simulated), tone: () => 'strong' },
  { title: 'KIND', text: (node) => node.kind },
  {
    title: 'STATE',
    text: (node) => node.state,
    tone: (node) => (node.unused === null ? STATE_TONE[node.state] : 'dim'),
  },
  { title: 'ADDRESS', text: (node) => node.address ?? '' },
  { title: 'ZEROTIER', text: (node) => node.zerotierVersion ?? '' },
  { title: 'CAUSE', text: (node) => node.unused ?? node.cause ?? '' },
  { title: 'ONLINE', text: (node) => (node.online === null ? '' : node.online ? 'yes' : 'no'), wide: true },
  { title: 'UPDATED', text: (node, now) => age(node.updatedAt, now), wide: true },
  { title: 'ID', text: (node) => node.id, wide: true },
];

export const nodeView = {
  columns: nodeColumns,
  nameOf: (node: Node) => node.name,
  empty: 'No nodes. Every host has one, so there are no hosts yet.',
};

const NODE = 'HOST (its own daemon), HOST/CONTAINER, or a 10-digit address';
export const nodeArgument = (name = '<node>') => new ReferenceArgument(name, NODE, 'nodes');
export const nodeFilter = () => new ReferenceOption('--node <node>', 'only this node', 'nodes');
