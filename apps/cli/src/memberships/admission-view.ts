import type { Admission } from '@orrery/shared/contracts';
import { networkText } from '../networks/network-view.js';
import { ReferenceArgument } from '../options/reference-argument.js';
import { age } from '../output/age.js';
import type { Column, Tone } from '../output/table.js';

/** The reference of an admission: the address that asked, else the node that will have one. */
export const admissionReference = ({ address, node }: Admission) => address ?? node?.name ?? '';

/** For a sentence: `3a7f1b22c0 (web-1/demo)`. */
export const admissionText = (admission: Admission) => {
  const { address, node } = admission;
  return address !== null && node !== null ? `${address} (${node.name})` : admissionReference(admission);
};

const admissionColumns: Column<Admission>[] = [
  { title: 'ADDRESS', text: (row) => row.address ?? '', tone: () => 'strong' },
  {
    title: 'NODE',
    text: (row) => row.node?.name ?? 'not ours',
    tone: (row) => (row.node === null ? 'dim' : undefined),
  },
  { title: 'NETWORK', text: (row) => networkText(row.network) },
  { title: 'DECISION', text: decisionText, tone: decisionTone },
  { title: 'CONTROLLER', text: controllerText, tone: controllerTone },
  { title: 'STATUS', text: (row) => row.observed?.status ?? '' },
  { title: 'ADDRESSES', text: addressesText },
  { title: 'UNTIL', text: (row) => row.verdict?.until ?? '', wide: true },
  { title: 'NAME', text: ({ controller }) => controller?.name ?? '', wide: true },
  { title: 'FLAGS', text: flagsText, wide: true },
  { title: 'ZEROTIER', text: ({ controller }) => controller?.zerotierVersion ?? '', wide: true },
  { title: 'CHECKED', text: ({ controller }, now) => age(controller?.seenAt ?? null, now), wide: true },
];

function decisionText({ decision, stale }: Admission): string {
  const text = decision === null ? 'undecided' : `${decision.authorize ? 'admitted' : 'not admitted'}: ${decision.why}`;
  return stale ? `${text} (stale)` : text;
}

function decisionTone({ decision }: Admission): Tone {
  if (decision === null) return 'warn';
  return decision.authorize ? 'good' : 'dim';
}

function controllerText({ controller }: Admission): string {
  if (controller === null) return 'no record';
  return controller.authorized ? 'authorized' : 'not authorized';
}

function controllerTone({ controller, decision }: Admission): Tone | undefined {
  if (controller?.authorized) return 'good';
  return decision?.authorize ? 'warn' : undefined;
}

/** The addresses of the node, else those that its controller assigned. */
function addressesText({ observed, controller }: Admission): string {
  return (observed?.addresses.length ? observed.addresses : (controller?.addresses ?? [])).join(',');
}

function flagsText({ controller }: Admission): string {
  if (controller === null) return '';
  const { bridge, noAutoAssign, hasAsked } = controller;
  return [bridge && 'bridge', noAutoAssign && 'no-auto-assign', !hasAsked && 'never asked'].filter(Boolean).join(',');
}

export const admissionView = {
  columns: admissionColumns,
  nameOf: (row: Admission) => `${admissionReference(row)} ${row.network.id}`,
  empty: 'No nodes are waiting for authorization.',
};

export const admissionArgument = (name = '<node>') =>
  new ReferenceArgument(name, 'a 10-digit address, HOST, or HOST/CONTAINER', 'admissions');
