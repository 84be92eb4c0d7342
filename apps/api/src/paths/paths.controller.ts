import { Controller, Get, Param, Query } from '@nestjs/common';
import { PathPage, PathQuery, Reference } from '@orrery/shared/contracts';
import { Policy } from '../auth/policy.decorator.js';
import { Operation } from '../http/operation.decorator.js';
import { PathsService } from './paths.service.js';

@Controller('v1/networks/:network/paths')
export class PathsController {
  constructor(private readonly paths: PathsService) {}

  @Get()
  @Policy('viewer')
  @Operation({
    id: 'listPaths',
    tag: 'networks',
    summary: 'How the nodes of a network reach each other',
    answers: { 200: PathPage },
    problems: ['unknown-network', 'unknown-node', 'ambiguous-reference', 'address-claimed'],
  })
  list(
    @Param('network', { schema: Reference }) network: string,
    @Query({ schema: PathQuery }) query: PathQuery,
  ): Promise<PathPage> {
    return this.paths.list(network, query);
  }
}
