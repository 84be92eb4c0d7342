import type { ReactNode } from 'react';
import { Page } from '../../frame/page.js';
import { SameInTerminal } from '../../parts/command-line.js';
import css from '../page-body.module.css';

/** What a list will hold, and the command that puts the first into it. */
const TEACHES: Readonly<Record<string, readonly [text: string, run: string]>> = {
  hosts: [
    "A host is a machine with Orrery's agent on it. One line, pasted on the machine, adds it.",
    'orrery host add web-1',
  ],
  nodes: [
    'A node is something that can be in networks: the ZeroTier daemon of a host, or a container that you launch.',
    'orrery launch demo --host HOST --network NETWORK --wait',
  ],
  containers: [
    'A container that you launch has a ZeroTier node of its own, and joins its networks as it starts.',
    'orrery launch demo --host HOST --network NETWORK --wait',
  ],
  workloads: [
    'A container of yours joins networks if it wears the label orrery.network, or if you attach it.',
    'orrery attach HOST CONTAINER --network NETWORK --wait',
  ],
  networks: [
    'A network is what nodes join. Orrery creates one on a controller, and decides which nodes it admits.',
    'orrery network create lab --wait',
  ],
  memberships: [
    'A membership is a node in a network. Join a node, or launch a container.',
    'orrery join NODE NETWORK --wait',
  ],
  routes: [
    'A router is a container that brings a LAN into a network, so that the nodes there reach it.',
    'orrery route add PREFIX --network NETWORK --via HOST',
  ],
  commands: [
    'A command is what somebody asked a host to do. Each shows its stages as they are observed.',
    'orrery launch demo --host HOST --network NETWORK --wait',
  ],
  controllers: [
    'A controller keeps networks and decides which nodes are admitted. Orrery runs one on a host of yours.',
    'orrery controller add HOST',
  ],
};

interface EmptyListProps {
  noun: string;
  title: ReactNode;
  run: string;
  acts: ReactNode;
}

/** A list without anything in it: no filters for nothing, but the first step. */
export function EmptyList({ noun, title, run, acts }: EmptyListProps) {
  const [text, first = run] = TEACHES[noun] ?? [];
  return (
    <Page title={title}>
      {(text !== undefined || acts !== undefined) && (
        <div className={css.first}>
          {text !== undefined && <p>{text}</p>}
          {acts}
        </div>
      )}
      <div>
        <SameInTerminal run={first} />
      </div>
    </Page>
  );
}
