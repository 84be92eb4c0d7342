import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Observable } from 'rxjs';
import { withVisibility } from '../database/visibility.js';

/** All that a request does, it does within the scope of its token. */
@Injectable()
export class VisibilityInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    const scope = context.switchToHttp().getRequest<FastifyRequest>().principal?.scope;
    return new Observable((subscriber) => withVisibility(scope, () => next.handle().subscribe(subscriber)));
  }
}
