import { Body, Controller, Get, Param, Put, Query, Res } from '@nestjs/common';
import { DryRunQuery, Network, NetworkPage, NetworkPut, PageQuery, Reference } from '@orrery/shared/contracts';
import type { FastifyReply } from 'fastify';
import { Policy } from '../auth/policy.decorator.js';
import { Asking, type Asked } from '../changes/asked.decorator.js';
import { sendAnswer } from '../changes/send-answer.js';
import { etag } from '../http/etag.js';
import { Operation } from '../http/operation.decorator.js';
import { NetworksService } from './networks.service.js';

@Controller('v1/networks')
export class NetworksController {
  constructor(private readonly networks: NetworksService) {}

  @Get()
  @Policy('viewer')
  @Operation({
    id: 'listNetworks',
    tag: 'networks',
    summary: 'Networks that have a name here, or that a node is in or shall be in',
    answers: { 200: NetworkPage },
  })
  list(@Query({ schema: PageQuery }) query: PageQuery): Promise<NetworkPage> {
    return this.networks.list(query);
  }

  @Get(':network')
  @Policy('viewer')
  @Operation({
    id: 'getNetwork',
    tag: 'networks',
    summary: 'One network',
    answers: { 200: Network },
    problems: ['unknown-network'],
    etag: true,
  })
  async get(
    @Param('network', { schema: Reference }) reference: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Network> {
    const network = await this.networks.get(reference);
    void reply.header('etag', etag(network.version));
    return network;
  }

  @Put(':network')
  @Policy('operator')
  @Operation({
    id: 'nameNetwork',
    tag: 'networks',
    summary: 'Give a network a name to use in its place',
    answers: { 200: Network },
    alsoDryRun: true,
    problems: ['unknown-network', 'name-taken'],
    body: true,
    changes: true,
    ifMatch: true,
    etag: true,
  })
  async put(
    @Param('network', { schema: Reference }) reference: string,
    @Query({ schema: DryRunQuery }) _query: DryRunQuery,
    @Body({ schema: NetworkPut }) { name }: NetworkPut,
    @Asking() asked: Asked,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return sendAnswer(reply, await this.networks.setName(asked, reference, name));
  }
}
