/** A path of the API from its segments; a reference such as web-1/demo stays one segment. */
export const apiPath = (...segments: string[]) => `/v1/${segments.map(encodeURIComponent).join('/')}`;
