import { Injectable } from '@nestjs/common';
import { Gauge } from 'prom-client';
import { StatusService } from '../status/status.service.js';
import { HttpMetrics } from './http-metrics.js';

@Injectable()
export class MetricsService {
  readonly #hosts: Gauge;
  readonly #memberships: Gauge;
  readonly #containers: Gauge;
  readonly #commands: Gauge;

  constructor(
    private readonly http: HttpMetrics,
    private readonly statuses: StatusService,
  ) {
    const gauge = (name: string, help: string) =>
      new Gauge({ name, help, labelNames: ['state'], registers: [http.registry] });
    this.#hosts = gauge('orrery_hosts', 'Hosts by presence');
    this.#memberships = gauge('orrery_memberships', 'Memberships by state');
    this.#containers = gauge('orrery_containers', 'Managed containers');
    this.#commands = gauge('orrery_commands', 'Commands that have not ended');
  }

  get contentType(): string {
    return this.http.registry.contentType;
  }

  async text(): Promise<string> {
    const { hosts, memberships, containers, commands } = await this.statuses.counts();
    const { simulated: _simulated, ...presences } = hosts;
    const { total: _total, ...states } = memberships;
    set(this.#hosts, presences);
    set(this.#memberships, states);
    set(this.#containers, containers);
    set(this.#commands, commands);
    return this.http.registry.metrics();
  }
}

function set(gauge: Gauge, values: Record<string, number>): void {
  for (const [state, value] of Object.entries(values)) gauge.set({ state }, value);
}
