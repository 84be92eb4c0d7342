/** A path of the API from its segments. In a segment, web-1/demo is written web-1.demo, because not every proxy accepts %2F. */
export const apiPath = (...segments: string[]) =>
  `/v1/${segments.map((segment) => encodeURIComponent(segment.replace('/', '.'))).join('/')}`;
