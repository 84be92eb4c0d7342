// A GET of our own API from this machine: it may show a certificate that only this installation knows.
import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';

/**
 * @param {string} url
 * @param {{ ca?: string, headers?: Record<string, string>, within?: number, unchecked?: boolean }} [options] `unchecked`: whoever answers;
 *   nothing secret may be sent then
 * @returns {Promise<{ ok: boolean, status: number, text: string }>}
 */
export function ask(url, { ca, headers = {}, within = 2000, unchecked = false } = {}) {
  const isHttps = url.startsWith('https:');
  const options = { headers, agent: undefined, signal: AbortSignal.timeout(within) };
  const trust = isHttps ? { ...(ca ? { ca } : {}), rejectUnauthorized: !unchecked } : {};
  return new Promise((resolve, reject) => {
    const sent = (isHttps ? overHttps : overHttp)(url, { ...options, ...trust }, (answer) => {
      const { statusCode: status = 0 } = answer;
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk) => (text += chunk));
      answer.once('error', reject);
      answer.once('end', () => resolve({ ok: status < 300, status, text }));
    });
    sent.once('error', reject).end();
  });
}
