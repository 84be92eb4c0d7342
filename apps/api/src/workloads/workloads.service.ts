import { Injectable } from '@nestjs/common';
import type { ShownWorkload, WorkloadPage, WorkloadQuery } from '@orrery/shared/contracts';
import { Store } from '../database/store.js';
import { judgeLabels, type JudgedClaim, type LabelGround } from './judge-labels.js';
import { LabelsRepository } from './labels.repository.js';
import { References } from '../references/references.service.js';
import { WorkloadsRepository, type WorkloadRow } from './workloads.repository.js';

/** Workloads as hosts report them, with what came of their labels. */
@Injectable()
export class WorkloadsService {
  constructor(
    private readonly store: Store,
    private readonly references: References,
    private readonly repository: WorkloadsRepository,
    private readonly labels: LabelsRepository,
  ) {}

  async list(query: WorkloadQuery): Promise<WorkloadPage> {
    const host = query.host === undefined ? undefined : await this.references.host(this.store, query.host);
    const { items, next } = await this.repository.list(this.store, query, host?.id);
    const ground = await this.labels.groundOf(
      this.store,
      items.map(({ observed }) => observed),
    );
    return { items: items.map((row) => toWorkload(row, ground)), next };
  }
}

function toWorkload({ observed, address, ...row }: WorkloadRow, ground: LabelGround): ShownWorkload {
  const { workload, name, state, startedAt, labels = {} } = observed;
  const { claims } = judgeLabels(observed, address, ground);
  return { ...row, workload, name, state, startedAt, labels, networks: claims.map(toNetwork) };
}

const toNetwork = ({ network, id, address, refusal }: JudgedClaim): ShownWorkload['networks'][number] => ({
  ...{ network, id, address },
  ...{ code: refusal?.code ?? null, cause: refusal?.cause ?? null, fix: refusal?.fix ?? null },
});
