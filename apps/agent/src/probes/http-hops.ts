import { MAX_REDIRECTS } from '@orrery/shared/contracts';
import { missed, type ProbeEnd } from '@orrery/shared/machine';

/** The result of one connection; an HTTP answer may redirect. */
export interface Answered {
  end: ProbeEnd;
  status?: number;
  location?: string | null;
}

const REDIRECTS = [301, 302, 303, 307, 308];

/** Requests a URL and follows redirects. Each address is judged again, so no server can send the probe where it is not allowed. */
export async function followHttp(
  first: string,
  tell: (detail: string) => void,
  ask: (url: string) => Promise<Answered>,
): Promise<ProbeEnd> {
  let url = first;
  for (let redirects = 0; ; redirects++) {
    const { end, status = 0, location } = await ask(url);
    const counted = end.http ? { ...end, http: { ...end.http, redirects } } : end;
    if (!REDIRECTS.includes(status) || !location) return counted;
    if (redirects === MAX_REDIRECTS)
      return missed('too-many-redirects', `after ${MAX_REDIRECTS} redirects there is yet another redirect`, {
        ...(counted.http ? { http: counted.http } : {}),
      });
    const next = nextUrl(location, url);
    if (next === undefined) return missed('broken-off', 'it redirects to something other than an http or https URL');
    tell(`redirected to ${next.protocol}//${next.host}`);
    url = next.href;
  }
}

/** Drops a user and password in the URL. */
function nextUrl(location: string, from: string): URL | undefined {
  if (!URL.canParse(location, from)) return undefined;
  const url = new URL(location, from);
  if (!['http:', 'https:'].includes(url.protocol)) return undefined;
  url.username = '';
  url.password = '';
  return url;
}
