import { Injectable } from '@nestjs/common';
import type { Status } from '@orrery/shared/contracts';
import { Store } from '../database/store.js';
import { visibilityNow } from '../database/visibility.js';
import { RoutesService } from '../routes/routes.service.js';
import {
  absent,
  controllerAway,
  firstOf,
  found,
  paused,
  routeDown,
  routePending,
  unsettled,
  upkeepFailing,
} from './attention.js';
import { StatusRepository, type Counts } from './status.repository.js';

/** Routes that are looked at: more than any installation has. */
const MOST_ROUTES = 500;

/** The content of `orrery status`: counts, then only problems. */
@Injectable()
export class StatusService {
  constructor(
    private readonly store: Store,
    private readonly repository: StatusRepository,
    private readonly routes: RoutesService,
  ) {}

  counts(): Promise<Counts> {
    return this.repository.counts(this.store);
  }

  async status(): Promise<Status> {
    const counts = await this.counts();
    const hosts = await this.repository.absentHosts(this.store);
    const controllers = await this.repository.controllersAway(this.store);
    const pausedHosts = await this.repository.pausedHosts(this.store);
    const items = await this.repository.unsettled(this.store);
    const findings = await this.repository.findings(this.store);
    const routes = (await this.routes.list({ limit: MOST_ROUTES })).items;
    const pending = routes.flatMap((route) => [...routePending(route), ...routeDown(route)]);
    const upkeep = visibilityNow() === undefined ? await this.repository.failingUpkeep(this.store) : [];
    const attention = [
      ...upkeep.map(upkeepFailing),
      ...absent(hosts),
      ...controllers.map(controllerAway),
      ...items.flatMap(unsettled),
      ...pending,
      ...findings.map(found),
      ...pausedHosts.map(paused),
    ];
    const attentionTotal = await this.repository.total(this.store);
    for (const { severity } of upkeep) attentionTotal[severity]++;
    for (const { severity } of pending) attentionTotal[severity]++;
    for (const { waiting } of controllers) attentionTotal.error += Math.max(1, waiting);
    return { ...counts, attention: firstOf(attention), attentionTotal };
  }
}
