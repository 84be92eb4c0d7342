import { explain } from '@orrery/shared/contracts';
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { AppError } from '@orrery/shared/runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { map, type Observable } from 'rxjs';
import { badRequest } from '../http/schema.pipe.js';
import { Answer } from './answer.js';
import { rulesOf } from './change-rules.js';

/**
 * On every changing route: refuses request options that the route does not support, and answers that do not come from
 * `Changes`.
 */
@Injectable()
export class ChangeInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const { headers } = http.getRequest<FastifyRequest>();
    const rules = rulesOf(context.getHandler());
    if (rules && 'ownProtocol' in rules) {
      refuseHeaders(headers, ['if-match', 'idempotency-key'], rules.ownProtocol);
      return next.handle();
    }
    if (rules && 'noVersion' in rules) refuseHeaders(headers, ['if-match'], rules.noVersion);
    return next.handle().pipe(map((answer) => send(http.getResponse<FastifyReply>(), answer)));
  }
}

function refuseHeaders(headers: FastifyRequest['headers'], names: string[], why: string): void {
  const sent = names.filter((name) => headers[name] !== undefined);
  if (sent.length > 0) throw badRequest(sent.map((name) => ({ path: [name], message: `not supported here: ${why}` })));
}

function send(reply: FastifyReply, answer: unknown): object {
  if (!(answer instanceof Answer)) throw new AppError({ kind: 'bug', ...explain('internal/past-changes') });
  void reply.code(answer.status).headers(answer.headers);
  return answer.body;
}
