import { request } from 'node:http';
import type { RunningApi } from './api.js';

/** An answer as it is on the wire, which `fetch` does not show. */
export const packed = (api: Pick<RunningApi, 'url' | 'adminToken'>, path: string, accepts: string) =>
  new Promise<{ encoding: string | undefined; body: Buffer }>((resolve, reject) => {
    const headers = { authorization: `Bearer ${api.adminToken}`, 'accept-encoding': accepts };
    const asked = request(`${api.url}${path}`, { headers }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('end', () =>
        resolve({ encoding: response.headers['content-encoding'], body: Buffer.concat(pieces) }),
      );
    });
    asked.on('error', reject).end();
  });
