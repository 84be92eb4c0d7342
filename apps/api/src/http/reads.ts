import { ApiHeader, ApiResponse } from '@nestjs/swagger';
import { z } from 'zod';
import { RouteConfig } from './route-config.js';

interface Route {
  id: string;
  answers: Partial<Record<200 | 201 | 202, z.ZodType>>;
}

const IF_NONE_MATCH = {
  name: 'If-None-Match',
  required: false,
  description: 'The ETag of what you have: 304 without a body if it is still the same.',
  schema: { type: 'string', example: '"7.kD3vLm0_Qa81xYzT"' },
};

/** The header of a read of one thing, for the document. */
export const ETAG_OF_READ = {
  ETag: {
    description: 'For If-None-Match, and for If-Match where that is understood',
    schema: { type: 'string' as const },
  },
};

const isPage = (schema: z.ZodType | undefined) =>
  schema instanceof z.ZodObject && 'items' in schema.shape && 'next' in schema.shape;

/** Operations that read one thing are called `get…` or `find…`, and what answers them is JSON. */
export const isReadOfOne = ({ id, answers }: Route) => /^(get|find)[A-Z]/.test(id) && answers[200] !== undefined;

/** What pages and reads of one thing can do beside giving an answer: the hooks act by the configuration of the route. */
export function describeReads(route: Route): (MethodDecorator & ClassDecorator)[] | MethodDecorator[] {
  const isOne = isReadOfOne(route);
  const config = RouteConfig({ isPage: isPage(route.answers[200]), isOne });
  if (!isOne) return [config];
  return [config, ApiHeader(IF_NONE_MATCH), ApiResponse({ status: 304, description: 'Still the same' })];
}
