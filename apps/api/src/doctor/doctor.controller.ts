import { Controller, HttpCode, Param, Post, Query } from '@nestjs/common';
import { DoctorReport, Reference } from '@orrery/shared/contracts';
import { z } from 'zod';
import { HostItself, Policy } from '../auth/policy.decorator.js';
import { Operation } from '../http/operation.decorator.js';
import { DoctorService } from './doctor.service.js';

const NoQuery = z.strictObject({});
type NoQuery = z.infer<typeof NoQuery>;

/** Lets the agent of a host look at its machine now. */
@Controller('v1/hosts/:host/doctor')
export class DoctorController {
  constructor(private readonly doctor: DoctorService) {}

  @Post()
  @HttpCode(200)
  @Policy('operator')
  @HostItself()
  @Operation({
    id: 'examineHost',
    tag: 'hosts',
    summary: 'Look for causes in the machine of a host',
    answers: { 200: DoctorReport },
    problems: ['unknown-host', 'ambiguous-reference', 'host-away', 'host-silent', 'call-failed', 'bus-unavailable'],
    ownProtocol: 'it only looks, so asking again does no harm',
  })
  examine(
    @Param('host', { schema: Reference }) host: string,
    @Query({ schema: NoQuery }) _query: NoQuery,
  ): Promise<DoctorReport> {
    return this.doctor.examine(host);
  }
}
