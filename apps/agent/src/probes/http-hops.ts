import { MAX_REDIRECTS } from '@orrery/shared/contracts';
import { missed, type ProbeEnd } from '@orrery/shared/machine';

/** What came of one connection; an answer of HTTP may lead on. */
export interface Answered {
  end: ProbeEnd;
  status?: number;
  location?: string | null;
}

const REDIRECTS = [301, 302, 303, 307, 308];

/** Asks, and follows where it is sent: each time the address is judged anew, so that no server sends the probe where it may not go. */
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
      return missed('too-many-redirects', `after ${MAX_REDIRECTS} redirects it is redirected again`, {
        ...(counted.http ? { http: counted.http } : {}),
      });
    const next = nextUrl(location, url);
    if (next === undefined) return missed('broken-off', 'it redirects to what is no URL of http or https');
    tell(`redirected to ${next.protocol}//${next.host}`);
    url = next.href;
  }
}

/** A user and a password in it are left out. */
function nextUrl(location: string, from: string): URL | undefined {
  if (!URL.canParse(location, from)) return undefined;
  const url = new URL(location, from);
  if (!['http:', 'https:'].includes(url.protocol)) return undefined;
  url.username = '';
  url.password = '';
  return url;
}
