import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Observable } from 'rxjs';
import { withAsker } from '../database/visibility.js';

/** Runs everything that a request does within the scope of its token. */
@Injectable()
export class VisibilityInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    const { principal } = context.switchToHttp().getRequest<FastifyRequest>();
    return new Observable((subscriber) => withAsker(principal, () => next.handle().subscribe(subscriber)));
  }
}
