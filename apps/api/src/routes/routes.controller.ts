import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import {
  DryRunQuery,
  KeptRoute,
  KeptRoutePage,
  Reference,
  RouteAdded,
  RoutePatch,
  RoutePost,
  RouteQuery,
  RouteRemoved,
  type ProblemCode,
} from '@orrery/shared/contracts';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Policy } from '../auth/policy.decorator.js';
import type { Answer } from '../changes/answer.js';
import { Asking, type Asked } from '../changes/asked.decorator.js';
import { etag } from '../http/etag.js';
import { Operation } from '../http/operation.decorator.js';
import { RouteChanges } from './route-changes.service.js';
import { RoutesService } from './routes.service.js';

const tag = 'routes';
const RoutePath = z.strictObject({ network: Reference, route: Reference });
type RoutePath = z.infer<typeof RoutePath>;
const NetworkRoutesQuery = RouteQuery.omit({ network: true });
type NetworkRoutesQuery = z.infer<typeof NetworkRoutesQuery>;
const UNKNOWN: ProblemCode[] = ['unknown-network', 'unknown-prefix'];

/** Prefixes that routers bring into networks. */
@Controller('v1')
export class RoutesController {
  constructor(
    private readonly routes: RoutesService,
    private readonly changes: RouteChanges,
  ) {}

  @Get('routes')
  @Policy('viewer')
  @Operation({
    id: 'listRoutes',
    tag,
    summary: 'Prefixes that routers bring into networks',
    answers: { 200: KeptRoutePage },
    problems: ['unknown-network'],
  })
  list(@Query({ schema: RouteQuery }) query: RouteQuery): Promise<KeptRoutePage> {
    return this.routes.list(query);
  }

  @Get('networks/:network/routes')
  @Policy('viewer')
  @Operation({
    id: 'listNetworkRoutes',
    tag,
    summary: 'Prefixes that routers bring into this network',
    answers: { 200: KeptRoutePage },
    problems: ['unknown-network'],
  })
  listOf(
    @Param('network', { schema: Reference }) network: string,
    @Query({ schema: NetworkRoutesQuery }) query: NetworkRoutesQuery,
  ): Promise<KeptRoutePage> {
    return this.routes.list({ ...query, network });
  }

  @Post('networks/:network/routes')
  @HttpCode(202)
  @Policy('operator')
  @Operation({
    id: 'addRoute',
    tag,
    summary: 'Bring a prefix into a network',
    answers: { 202: RouteAdded },
    body: true,
    changes: true,
    noVersion: 'it adds a route',
    problems: [
      'unknown-network',
      'unknown-host',
      'unknown-container',
      'ambiguous-reference',
      'network-not-kept',
      'prefix-refused',
      'prefix-taken',
      'too-many-routes',
      'router-refused',
      'check-refused',
      'container-differs',
      'being-removed',
    ],
  })
  add(
    @Param('network', { schema: Reference }) network: string,
    @Query({ schema: DryRunQuery }) _query: DryRunQuery,
    @Body({ schema: RoutePost }) post: RoutePost,
    @Asking() asked: Asked,
  ): Promise<Answer> {
    return this.changes.add(asked, network, post);
  }

  @Get('networks/:network/routes/:route')
  @Policy('viewer')
  @Operation({
    id: 'getRoute',
    tag,
    summary: 'One route',
    answers: { 200: KeptRoute },
    problems: UNKNOWN,
    etag: true,
  })
  async get(
    @Param({ schema: RoutePath }) { network, route }: RoutePath,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<KeptRoute> {
    const found = await this.routes.get(network, route);
    void reply.header('etag', etag(found.version));
    return found;
  }

  @Patch('networks/:network/routes/:route')
  @Policy('operator')
  @Operation({
    id: 'changeRoute',
    tag,
    summary: 'Switch a route to another of its routers',
    answers: { 200: KeptRoute },
    problems: [...UNKNOWN, 'network-not-kept', 'router-refused'],
    body: true,
    changes: true,
    ifMatch: true,
    etag: true,
  })
  change(
    @Param({ schema: RoutePath }) { network, route }: RoutePath,
    @Query({ schema: DryRunQuery }) _query: DryRunQuery,
    @Body({ schema: RoutePatch }) patch: RoutePatch,
    @Asking() asked: Asked,
  ): Promise<Answer> {
    return this.changes.change(asked, network, route, patch);
  }

  @Delete('networks/:network/routes/:route')
  @HttpCode(202)
  @Policy('operator')
  @Operation({
    id: 'removeRoute',
    tag,
    summary: 'Take a route back',
    answers: { 202: RouteRemoved },
    problems: [...UNKNOWN, 'network-not-kept'],
    changes: true,
    ifMatch: true,
  })
  remove(
    @Param({ schema: RoutePath }) { network, route }: RoutePath,
    @Query({ schema: DryRunQuery }) _query: DryRunQuery,
    @Asking() asked: Asked,
  ): Promise<Answer> {
    return this.changes.remove(asked, network, route);
  }
}
