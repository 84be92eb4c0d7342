import { Controller, Get, Param, Query } from '@nestjs/common';
import { Node, NodePage, NodeQuery, Reference } from '@orrery/shared/contracts';
import { Policy } from '../auth/policy.decorator.js';
import { Operation } from '../http/operation.decorator.js';
import { NodesService } from './nodes.service.js';

@Controller('v1/nodes')
export class NodesController {
  constructor(private readonly nodes: NodesService) {}

  @Get()
  @Policy('viewer')
  @Operation({
    id: 'listNodes',
    tag: 'nodes',
    summary: 'Nodes by name',
    answers: { 200: NodePage },
    problems: ['unknown-host', 'ambiguous-reference'],
  })
  list(@Query({ schema: NodeQuery }) query: NodeQuery): Promise<NodePage> {
    return this.nodes.list(query);
  }

  @Get(':node')
  @Policy('viewer')
  @Operation({
    id: 'getNode',
    tag: 'nodes',
    summary: 'One node: HOST, HOST.CONTAINER, an address or an id',
    answers: { 200: Node },
    problems: ['unknown-node', 'ambiguous-reference', 'address-claimed'],
  })
  get(@Param('node', { schema: Reference }) reference: string): Promise<Node> {
    return this.nodes.get(reference);
  }
}
