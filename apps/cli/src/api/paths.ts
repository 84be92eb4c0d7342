/** A path of the API from its segments. In one, web-1/demo is written web-1.demo: not every proxy lets a %2F through. */
export const apiPath = (...segments: string[]) =>
  `/v1/${segments.map((segment) => encodeURIComponent(segment.replace('/', '.'))).join('/')}`;
