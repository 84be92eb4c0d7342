import { Injectable } from '@nestjs/common';
import {
  explain,
  explainAgain,
  type Explained,
  type FindingData,
  type HostId,
  type NetworkId,
  type ObservedWorkload,
} from '@orrery/shared/contracts';
import type { Sql } from '../database/sql.js';
import { Store } from '../database/store.js';
import { clearHostFindings, raiseHostFindings, type HostFinding } from '../findings/host-findings.js';
import { MOST_BY_LABEL, type DecidedLabels, type LabelledHost } from './decide-labels.js';

const CODES = ['label-unknown', 'label-conflict', 'label-invalid', 'label-without-effect'] as const;
type Code = (typeof CODES)[number];

/** A finding names this many workloads; all of them are in the list of workloads. */
const MOST_NAMED = 5;

export interface LabelFinding extends FindingData {
  code: Code;
  host: HostId;
  network: NetworkId | null;
}

/** One finding for each code and network of a host, however many workloads it concerns. */
export function labelFindings(host: LabelledHost, { judged, tooMany }: DecidedLabels): LabelFinding[] {
  const found = new Map<string, { about: string; why: Explained<Code>; network: NetworkId | null }[]>();
  const note = ({ name }: ObservedWorkload, why: Explained<Code>, network: NetworkId | null) => {
    const key = `${why.code} ${network ?? ''}`;
    found.set(key, [...(found.get(key) ?? []), { about: name, why, network }]);
  };
  for (const observed of host.workloads) {
    const labels = judged.get(observed.workload);
    for (const trouble of labels?.troubles ?? []) note(observed, trouble, null);
    for (const { refusal, id } of labels?.claims ?? []) if (refusal) note(observed, refusal, id);
    if (tooMany.includes(observed.workload))
      note(observed, explain('label-without-effect/too-many', { most: MOST_BY_LABEL }), null);
  }
  return [...found.values()].flatMap((all) => {
    const [first] = all;
    if (!first) return [];
    const named = all.slice(0, MOST_NAMED).map(({ about, why }) => `${about}: ${why.cause}`);
    const more = all.length > MOST_NAMED ? [`and ${all.length - MOST_NAMED} more`] : [];
    const { code } = first.why;
    const fixes = all.slice(0, MOST_NAMED).map(({ about, why: { fix: to } }) => ({ about, to }));
    const differs = fixes.some(({ to }) => to !== first.why.fix);
    const fix = differs ? fixes.map(({ about, to }) => `${about}: ${to}`).join(' ') : first.why.fix;
    return [
      { host: host.id, network: first.network, code, severity: 'warning', cause: [...named, ...more].join('; '), fix },
    ];
  });
}

/** What a label asks for was refused as a whole, for example because the host has too many items. */
export const refusedAltogether = (
  host: HostId,
  error: { message: string; fix?: string | undefined },
): LabelFinding => ({
  ...explainAgain({ code: 'label-without-effect', cause: error.message, fix: error.fix }),
  ...{ host, network: null, severity: 'warning' },
});

interface OpenFinding {
  host: HostId;
  code: Code;
  network: string;
  cause: string;
}

/** Raises what is new, and clears what is over. Level-triggered: every replica may do it at any time. */
@Injectable()
export class LabelFindings {
  constructor(private readonly store: Store) {}

  /** `hosts`: those that `found` is about; null: all of them. */
  async tell(hosts: readonly HostId[] | null, found: readonly LabelFinding[]): Promise<void> {
    const open = await this.#open(this.store, hosts);
    const keyOf = ({ host, code, network }: { host: string; code: string; network: string | null }) =>
      `${host} ${code} ${network ?? ''}`;
    const known = new Map(open.map((one) => [keyOf(one), one]));
    const now = new Set(found.map(keyOf));
    const raised: HostFinding[] = found.filter((one) => known.get(keyOf(one))?.cause !== one.cause);
    const ended = open.filter((one) => !now.has(keyOf(one)));
    if (raised.length + ended.length === 0) return;
    await this.store.transaction(async (tx) => {
      await raiseHostFindings(tx, raised);
      await clearHostFindings(
        tx,
        ended.map(({ host, code, network }) => ({ host, code, network: network || null })),
      );
    });
  }

  #open(sql: Sql, hosts: readonly HostId[] | null): Promise<OpenFinding[]> {
    return sql.query(
      `SELECT host_id AS host, code, network_id AS network, cause FROM findings
        WHERE source = 'api' AND code = ANY($2) AND ($1::text[] IS NULL OR host_id = ANY($1))`,
      [hosts, CODES],
    );
  }
}
