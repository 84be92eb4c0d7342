import { Injectable } from '@nestjs/common';
import { WIRE, type Readiness, type Version } from '@orrery/shared/contracts';
import { Buses } from '../bus/buses.js';
import { DatabaseState } from '../database/database-state.js';
import { API_VERSION } from '../version.js';
import { HealthRepository } from './health.repository.js';

@Injectable()
export class HealthService {
  constructor(
    private readonly database: DatabaseState,
    private readonly repository: HealthRepository,
    private readonly buses: Buses,
  ) {}

  async readiness(): Promise<Readiness> {
    const [database, trouble] = await Promise.all([this.database.check(), this.buses.trouble()]);
    const { migrated } = this.database;
    const checks = {
      database,
      migrations: migrated ? { ok: true } : { ok: false, cause: 'they are applied once the database is reachable' },
      nats: trouble === undefined ? { ok: true } : { ok: false, cause: trouble },
    };
    return { ready: Object.values(checks).every(({ ok }) => ok), checks };
  }

  async version(): Promise<Version> {
    return { name: 'orrery', version: API_VERSION, wire: WIRE, store: await this.repository.storeId() };
  }
}
