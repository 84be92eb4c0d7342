import { Body, Controller, Delete, Get, Param, Patch, Post, Put, Query, Res } from '@nestjs/common';
import {
  DryRunQuery,
  Network,
  NetworkMade,
  NetworkPage,
  NetworkPatch,
  NetworkPost,
  NetworkPut,
  NetworkQuery,
  Reference,
} from '@orrery/shared/contracts';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { Policy, WholeInstallation } from '../auth/policy.decorator.js';
import type { Answer } from '../changes/answer.js';
import { Asking, type Asked } from '../changes/asked.decorator.js';
import { etag } from '../http/etag.js';
import { Operation } from '../http/operation.decorator.js';
import { NetworkChanges } from './network-changes.service.js';
import { NetworksService } from './networks.service.js';

const RemoveQuery = DryRunQuery.extend({
  confirm: Reference.optional().meta({
    description: 'The name of the network, to confirm; required if Orrery keeps it.',
    example: 'lab',
  }),
});
type RemoveQuery = z.infer<typeof RemoveQuery>;
const tag = 'networks';

@Controller('v1/networks')
export class NetworksController {
  constructor(
    private readonly networks: NetworksService,
    private readonly changes: NetworkChanges,
  ) {}

  @Get()
  @Policy('viewer')
  @Operation({
    id: 'listNetworks',
    tag: 'networks',
    summary: 'Networks that have a name here, or that nodes are in',
    answers: { 200: NetworkPage },
    problems: ['unknown-controller', 'ambiguous-reference'],
  })
  list(@Query({ schema: NetworkQuery }) query: NetworkQuery): Promise<NetworkPage> {
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
  @WholeInstallation()
  @Operation({
    id: 'nameNetwork',
    tag: 'networks',
    summary: 'Name a network',
    answers: { 200: Network },
    problems: ['unknown-network', 'name-taken'],
    body: true,
    changes: true,
    ifMatch: true,
    etag: true,
  })
  put(
    @Param('network', { schema: Reference }) reference: string,
    @Query({ schema: DryRunQuery }) _query: DryRunQuery,
    @Body({ schema: NetworkPut }) { name }: NetworkPut,
    @Asking() asked: Asked,
  ): Promise<Answer> {
    return this.changes.setName(asked, reference, name);
  }

  @Post()
  @Policy('operator')
  @WholeInstallation()
  @Operation({
    id: 'createNetwork',
    tag,
    summary: 'Create a network',
    answers: { 201: NetworkMade },
    problems: [
      'unknown-controller',
      'ambiguous-reference',
      'no-controller',
      'no-free-pool',
      'name-taken',
      'controller-away',
    ],
    body: true,
    changes: true,
    noVersion: 'it creates a network',
  })
  create(
    @Query({ schema: DryRunQuery }) _query: DryRunQuery,
    @Body({ schema: NetworkPost }) post: NetworkPost,
    @Asking() asked: Asked,
  ): Promise<Answer> {
    return this.changes.create(asked, post);
  }

  @Patch(':network')
  @Policy('operator')
  @Operation({
    id: 'changeNetwork',
    tag,
    summary: 'Change a network that Orrery keeps',
    answers: { 200: Network },
    problems: ['unknown-network', 'name-taken', 'network-not-kept', 'prefix-taken', 'too-many-routes', 'router-in-use'],
    body: true,
    changes: true,
    ifMatch: true,
    etag: true,
  })
  patch(
    @Param('network', { schema: Reference }) reference: string,
    @Query({ schema: DryRunQuery }) _query: DryRunQuery,
    @Body({ schema: NetworkPatch }) patch: NetworkPatch,
    @Asking() asked: Asked,
  ): Promise<Answer> {
    return this.changes.patch(asked, reference, patch);
  }

  @Delete(':network')
  @Policy('operator')
  @Operation({
    id: 'deleteNetwork',
    tag,
    summary: 'Delete a network',
    answers: { 200: Network },
    problems: ['unknown-network', 'network-not-kept', 'confirmation-required', 'router-in-use'],
    changes: true,
    ifMatch: true,
  })
  remove(
    @Param('network', { schema: Reference }) reference: string,
    @Query({ schema: RemoveQuery }) { confirm }: RemoveQuery,
    @Asking() asked: Asked,
  ): Promise<Answer> {
    return this.changes.remove(asked, reference, confirm);
  }
}
