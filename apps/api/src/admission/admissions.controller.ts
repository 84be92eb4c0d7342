import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query, Res } from '@nestjs/common';
import {
  Admission,
  AdmissionBulk,
  AdmissionPage,
  AdmissionPut,
  AdmissionQuery,
  AdmissionsChanged,
  DryRunQuery,
  Reference,
  type ProblemCode,
} from '@orrery/shared/contracts';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Policy } from '../auth/policy.decorator.js';
import type { Answer } from '../changes/answer.js';
import { Asking, type Asked } from '../changes/asked.decorator.js';
import { etag } from '../http/etag.js';
import { Operation } from '../http/operation.decorator.js';
import { Admissions } from './admissions.service.js';

const tag = 'admissions';
const AdmissionPath = z.strictObject({ network: Reference, node: Reference });
type AdmissionPath = z.infer<typeof AdmissionPath>;
const NetworkAdmissionsQuery = AdmissionQuery.omit({ network: true });
type NetworkAdmissionsQuery = z.infer<typeof NetworkAdmissionsQuery>;
const problems: ProblemCode[] = [
  'unknown-network',
  'unknown-node',
  'ambiguous-reference',
  'address-claimed',
  'network-not-kept',
];

@Controller('v1')
export class AdmissionsController {
  constructor(private readonly admissions: Admissions) {}

  @Get('admissions')
  @Policy('viewer')
  @Operation({
    id: 'listAdmissions',
    tag,
    summary: 'Nodes that are in networks that Orrery keeps, should be, or ask to be',
    answers: { 200: AdmissionPage },
    problems: ['unknown-network'],
  })
  list(@Query({ schema: AdmissionQuery }) query: AdmissionQuery): Promise<AdmissionPage> {
    return this.admissions.list(query);
  }

  @Get('networks/:network/admissions')
  @Policy('viewer')
  @Operation({
    id: 'listNetworkAdmissions',
    tag,
    summary: 'Nodes that are in this network, should be, or ask to be',
    answers: { 200: AdmissionPage },
    problems: ['unknown-network'],
  })
  listOf(
    @Param('network', { schema: Reference }) network: string,
    @Query({ schema: NetworkAdmissionsQuery }) query: NetworkAdmissionsQuery,
  ): Promise<AdmissionPage> {
    return this.admissions.list({ ...query, network });
  }

  @Get('networks/:network/admissions/:node')
  @Policy('viewer')
  @Operation({
    id: 'getAdmission',
    tag,
    summary: 'One node in one network',
    answers: { 200: Admission },
    problems: ['unknown-network', 'unknown-node', 'unknown-membership', 'ambiguous-reference', 'address-claimed'],
    etag: true,
  })
  async get(
    @Param({ schema: AdmissionPath }) { network, node }: AdmissionPath,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Admission> {
    const admission = await this.admissions.get(network, node);
    void reply.header('etag', etag(admission.version));
    return admission;
  }

  @Put('networks/:network/admissions/:node')
  @Policy('operator')
  @Operation({
    id: 'putAdmission',
    tag,
    summary: 'Authorize or deny a node, or change its record on the controller',
    answers: { 200: Admission },
    problems,
    body: true,
    changes: true,
    ifMatch: true,
    etag: true,
  })
  put(
    @Param({ schema: AdmissionPath }) { network, node }: AdmissionPath,
    @Query({ schema: DryRunQuery }) _query: DryRunQuery,
    @Body({ schema: AdmissionPut }) put: AdmissionPut,
    @Asking() asked: Asked,
  ): Promise<Answer> {
    return this.admissions.put(asked, network, node, put);
  }

  @Delete('networks/:network/admissions/:node')
  @Policy('operator')
  @Operation({
    id: 'forgetAdmission',
    tag,
    summary: 'Drop the record of a node on the controller',
    answers: { 200: Admission },
    problems,
    changes: true,
    ifMatch: true,
    etag: true,
  })
  forget(
    @Param({ schema: AdmissionPath }) { network, node }: AdmissionPath,
    @Query({ schema: DryRunQuery }) _query: DryRunQuery,
    @Asking() asked: Asked,
  ): Promise<Answer> {
    return this.admissions.forget(asked, network, node);
  }

  @Post('networks/:network/admissions')
  @HttpCode(200)
  @Policy('operator')
  @Operation({
    id: 'putAdmissions',
    tag,
    summary: 'Authorize or deny many nodes at once',
    answers: { 200: AdmissionsChanged },
    problems: ['unknown-network', 'network-not-kept'],
    body: true,
    changes: true,
    noVersion: 'it concerns every node that matches',
  })
  bulk(
    @Param('network', { schema: Reference }) network: string,
    @Query({ schema: DryRunQuery }) _query: DryRunQuery,
    @Body({ schema: AdmissionBulk }) bulk: AdmissionBulk,
    @Asking() asked: Asked,
  ): Promise<Answer> {
    return this.admissions.bulk(asked, network, bulk);
  }
}
