import { Controller, Get, Query } from '@nestjs/common';
import { InterfacePage, InterfaceQuery } from '@orrery/shared/contracts';
import { Policy } from '../auth/policy.decorator.js';
import { Operation } from '../http/operation.decorator.js';
import { InterfacesService } from './interfaces.service.js';

@Controller('v1/interfaces')
export class InterfacesController {
  constructor(private readonly interfaces: InterfacesService) {}

  @Get()
  @Policy('viewer')
  @Operation({
    id: 'listInterfaces',
    tag: 'interfaces',
    summary: 'ZeroTier interfaces, as the kernel shows them',
    answers: { 200: InterfacePage },
    problems: ['unknown-host', 'unknown-node', 'unknown-network', 'ambiguous-reference', 'address-claimed'],
  })
  list(@Query({ schema: InterfaceQuery }) query: InterfaceQuery): Promise<InterfacePage> {
    return this.interfaces.list(query);
  }
}
