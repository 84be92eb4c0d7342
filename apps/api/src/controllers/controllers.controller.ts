import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import {
  Controller as ControllerView,
  ControllerAccepted,
  ControllerPage,
  ControllerPatch,
  ControllerPost,
  ControllerQuery,
  DryRunQuery,
  Reference,
} from '@orrery/shared/contracts';
import type { z } from 'zod';
import { Policy, WholeInstallation } from '../auth/policy.decorator.js';
import type { Answer } from '../changes/answer.js';
import { Asking, type Asked } from '../changes/asked.decorator.js';
import { Operation } from '../http/operation.decorator.js';
import { ControllerAdditions } from './controller-additions.service.js';
import { ControllersService } from './controllers.service.js';

const tag = 'controllers';
const RemoveQuery = DryRunQuery.extend({
  confirm: Reference.optional().meta({
    description: 'Its name: required if networks are kept on it.',
    example: 'keeper',
  }),
});
type RemoveQuery = z.infer<typeof RemoveQuery>;

@Controller('v1/controllers')
export class ControllersController {
  constructor(
    private readonly controllers: ControllersService,
    private readonly additions: ControllerAdditions,
  ) {}

  @Get()
  @Policy('viewer')
  @Operation({ id: 'listControllers', tag, summary: 'Controllers by name', answers: { 200: ControllerPage } })
  list(@Query({ schema: ControllerQuery }) query: ControllerQuery): Promise<ControllerPage> {
    return this.controllers.list(query);
  }

  @Get(':controller')
  @Policy('viewer')
  @Operation({
    id: 'getController',
    tag,
    summary: 'One controller',
    answers: { 200: ControllerView },
    problems: ['unknown-controller', 'ambiguous-reference'],
  })
  get(@Param('controller', { schema: Reference }) reference: string): Promise<ControllerView> {
    return this.controllers.get(reference);
  }

  @Post()
  @Policy('admin')
  @WholeInstallation()
  @Operation({
    id: 'addController',
    tag,
    summary: 'Add a controller',
    answers: { 200: ControllerView, 201: ControllerView, 202: ControllerAccepted },
    problems: [
      ...([
        'unknown-host',
        'unknown-node',
        'ambiguous-reference',
        'address-claimed',
        'name-taken',
        'container-differs',
      ] as const),
      ...([
        'controller-absent',
        'controller-away',
        'central-refused',
        'central-address-refused',
        'central-new-unsupported',
      ] as const),
    ],
    body: true,
    changes: true,
    noVersion: 'it creates a controller',
  })
  add(
    @Query({ schema: DryRunQuery }) _query: DryRunQuery,
    @Body({ schema: ControllerPost }) post: ControllerPost,
    @Asking() asked: Asked,
  ): Promise<Answer> {
    return this.additions.add(asked, post);
  }

  @Patch(':controller')
  @Policy('admin')
  @WholeInstallation()
  @Operation({
    id: 'changeController',
    tag,
    summary: 'Change the name of a controller, or the token of ZeroTier Central',
    answers: { 200: ControllerView },
    problems: [
      ...(['unknown-controller', 'ambiguous-reference', 'name-taken'] as const),
      ...(['controller-away', 'central-refused', 'central-address-refused', 'central-new-unsupported'] as const),
    ],
    body: true,
    changes: true,
    ifMatch: true,
    etag: true,
  })
  patch(
    @Param('controller', { schema: Reference }) reference: string,
    @Query({ schema: DryRunQuery }) _query: DryRunQuery,
    @Body({ schema: ControllerPatch }) patch: ControllerPatch,
    @Asking() asked: Asked,
  ): Promise<Answer> {
    return this.additions.patch(asked, reference, patch);
  }

  @Delete(':controller')
  @Policy('admin')
  @WholeInstallation()
  @Operation({
    id: 'removeController',
    tag,
    summary: 'Forget a controller',
    answers: { 200: ControllerView },
    problems: ['unknown-controller', 'ambiguous-reference', 'controller-in-use'],
    changes: true,
    ifMatch: true,
  })
  remove(
    @Param('controller', { schema: Reference }) reference: string,
    @Query({ schema: RemoveQuery }) { confirm }: RemoveQuery,
    @Asking() asked: Asked,
  ): Promise<Answer> {
    return this.controllers.remove(asked, reference, confirm);
  }
}
