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
import { Asking, type Asked } from '../changes/asked.decorator.js';
import { sendAnswer } from '../changes/send-answer.js';
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
    summary:
      'Who is in networks that Orrery keeps, is to be, or asks to be: what was decided, what the controller says, what the node shows',
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
    summary: 'Who is in this network, is to be, or asks to be',
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
    summary: 'One node in this network: what was decided, what the controller says, what the node shows',
    answers: { 200: Admission },
    problems: ['unknown-network', 'unknown-node', 'unknown-membership', 'ambiguous-reference', 'address-claimed'],
  })
  get(@Param({ schema: AdmissionPath }) { network, node }: AdmissionPath): Promise<Admission> {
    return this.admissions.get(network, node);
  }

  @Put('networks/:network/admissions/:node')
  @Policy('operator')
  @Operation({
    id: 'putAdmission',
    tag,
    summary:
      'Authorize or deny a node, or change its record: name, fixed addresses, bridge; the node is an address or a reference',
    answers: { 200: Admission },
    alsoDryRun: true,
    problems,
    body: true,
    changes: true,
  })
  async put(
    @Param({ schema: AdmissionPath }) { network, node }: AdmissionPath,
    @Query({ schema: DryRunQuery }) _query: DryRunQuery,
    @Body({ schema: AdmissionPut }) put: AdmissionPut,
    @Asking() asked: Asked,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return sendAnswer(reply, await this.admissions.put(asked, network, node, put));
  }

  @Delete('networks/:network/admissions/:node')
  @Policy('operator')
  @Operation({
    id: 'forgetAdmission',
    tag,
    summary: 'Drop the record of a node on the controller; of one that still shall be in the network, when it has left',
    answers: { 200: Admission },
    alsoDryRun: true,
    problems,
    changes: true,
  })
  async forget(
    @Param({ schema: AdmissionPath }) { network, node }: AdmissionPath,
    @Query({ schema: DryRunQuery }) _query: DryRunQuery,
    @Asking() asked: Asked,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return sendAnswer(reply, await this.admissions.forget(asked, network, node));
  }

  @Post('networks/:network/admissions')
  @HttpCode(200)
  @Policy('operator')
  @Operation({
    id: 'putAdmissions',
    tag,
    summary: 'The same for all nodes that are wanted in the network on hosts that match, or for all that wait',
    answers: { 200: AdmissionsChanged },
    alsoDryRun: true,
    problems: ['unknown-network', 'network-not-kept'],
    body: true,
    changes: true,
  })
  async bulk(
    @Param('network', { schema: Reference }) network: string,
    @Query({ schema: DryRunQuery }) _query: DryRunQuery,
    @Body({ schema: AdmissionBulk }) bulk: AdmissionBulk,
    @Asking() asked: Asked,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return sendAnswer(reply, await this.admissions.bulk(asked, network, bulk));
  }
}
