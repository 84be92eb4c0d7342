import { Catch, Inject, Optional, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { describeError, type Logger } from '@orrery/shared/runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AccessRefusals } from '../auth/access-refusals.js';
import { LOGGER } from '../logger.js';
import { PROBLEM_TYPE, toProblem } from './problem.js';

/** Turns every error into application/problem+json. Services throw AppError and do not depend on HTTP. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    /** Absent in an application without tokens for people. */
    @Optional() private readonly refusals?: AccessRefusals,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const { problem, headers, bug } = toProblem(error);
    if (bug)
      this.logger.error(
        { event: 'http.fault', request: request.id, cause: describeError(error), stack: (error as Error).stack },
        'a request failed unexpectedly',
      );
    this.refusals?.note(request, problem);
    if (reply.sent) return;
    if (problem.status === 401) headers['www-authenticate'] = 'Bearer realm="orrery"';
    void reply.code(problem.status).headers(headers).type(PROBLEM_TYPE).send(JSON.stringify(problem));
  }
}
