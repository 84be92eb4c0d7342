import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { DryRunQuery, PageQuery, Probe, ProbeId, ProbePage, ProbePost, Reference } from '@orrery/shared/contracts';
import { z } from 'zod';
import { Policy } from '../auth/policy.decorator.js';
import type { Answer } from '../changes/answer.js';
import { Asking, type Asked } from '../changes/asked.decorator.js';
import { Operation } from '../http/operation.decorator.js';
import { ProbesService } from './probes.service.js';

const ProbePath = z.strictObject({ node: Reference, probe: ProbeId });
type ProbePath = z.infer<typeof ProbePath>;

/** Tests what a node reaches, from inside its network namespace. */
@Controller('v1/nodes/:node/probes')
export class ProbesController {
  constructor(private readonly probes: ProbesService) {}

  @Post()
  @HttpCode(202)
  @Policy('operator')
  @Operation({
    id: 'startProbe',
    tag: 'nodes',
    summary: 'Probe what a node can reach',
    answers: { 202: Probe },
    body: true,
    changes: true,
    problems: [
      'unknown-node',
      'ambiguous-reference',
      'address-claimed',
      'host-away',
      'host-silent',
      'call-failed',
      'bus-unavailable',
    ],
    noVersion: 'it starts a probe',
  })
  start(
    @Param('node', { schema: Reference }) node: string,
    @Query({ schema: DryRunQuery }) _query: DryRunQuery,
    @Body({ schema: ProbePost }) post: ProbePost,
    @Asking() asked: Asked,
  ): Promise<Answer> {
    return this.probes.start(asked, node, post);
  }

  @Get()
  @Policy('viewer')
  @Operation({
    id: 'listProbes',
    tag: 'nodes',
    summary: 'Probes of one node, newest first',
    answers: { 200: ProbePage },
    problems: ['unknown-node', 'ambiguous-reference', 'address-claimed'],
  })
  list(
    @Param('node', { schema: Reference }) node: string,
    @Query({ schema: PageQuery }) query: PageQuery,
  ): Promise<ProbePage> {
    return this.probes.list(node, query);
  }

  @Get(':probe')
  @Policy('viewer')
  @Operation({
    id: 'getProbe',
    tag: 'nodes',
    summary: 'One probe of the last 24 hours',
    answers: { 200: Probe },
    problems: ['unknown-node', 'unknown-probe', 'ambiguous-reference', 'address-claimed'],
  })
  get(@Param({ schema: ProbePath }) { node, probe }: ProbePath): Promise<Probe> {
    return this.probes.get(node, probe);
  }
}
