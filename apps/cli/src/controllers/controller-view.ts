import type { Controller, ControllerState } from '@orrery/shared/contracts';
import { ReferenceArgument } from '../options/reference-argument.js';
import { ReferenceOption } from '../options/reference-option.js';
import { age } from '../output/age.js';
import type { Column, Tone } from '../output/table.js';

const STATE_TONE: Record<ControllerState, Tone> = {
  up: 'good',
  unknown: 'dim',
  away: 'warn',
  absent: 'bad',
  moved: 'bad',
};

const controllerColumns: Column<Controller>[] = [
  { title: 'CONTROLLER', text: (row) => row.name, tone: () => 'strong' },
  { title: 'KIND', text: (row) => row.kind },
  { title: 'WHERE', text: (row) => row.node?.name ?? row.url ?? row.host?.name ?? '' },
  { title: 'STATE', text: (row) => row.state, tone: (row) => STATE_TONE[row.state] },
  { title: 'ADDRESS', text: (row) => row.address ?? '' },
  { title: 'NETWORKS', text: (row) => String(row.networks) },
  { title: 'CAUSE', text: (row) => row.cause ?? '' },
  { title: 'ZEROTIER', text: (row) => row.zerotierVersion ?? '', wide: true },
  { title: 'CHECKED', text: (row, now) => age(row.checkedAt, now), wide: true },
  { title: 'AGE', text: (row, now) => age(row.createdAt, now), wide: true },
  { title: 'ID', text: (row) => row.id, wide: true },
];

export const controllerView = {
  columns: controllerColumns,
  nameOf: (row: Controller) => row.name,
  empty: 'No controllers. To launch one: orrery network create NAME, or orrery controller add HOST',
};

/** The fix for a controller that is not up, printed below its columns. */
export const controllerFix = ({ fix }: Controller): [title: string, text: string][] => (fix ? [['fix', fix]] : []);

export const controllerArgument = () =>
  new ReferenceArgument('<controller>', 'name or id of a controller', 'controllers');
export const controllerOption = (description: string) =>
  new ReferenceOption('--controller <controller>', description, 'controllers');
