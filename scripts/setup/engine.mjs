// Finds a Docker Engine that answers. Uses the engine's HTTP API, so that no docker program is needed.
import { request } from 'node:http';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {{ reachable: true, address: string, version: string } | { reachable: false, address?: string, reason: string, fix: string }} Engine
 */

/**
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<Engine>}
 */
export async function findEngine(env = process.env) {
  const address = engineAddress(env);
  if (!address) return { reachable: false, reason: 'no Docker Engine found', fix: HOW_TO_INSTALL };
  try {
    return { reachable: true, address, version: await ask(address) };
  } catch (error) {
    return { reachable: false, address, ...explain(error, address) };
  }
}

const HOW_TO_INSTALL =
  process.platform === 'darwin'
    ? 'install Docker Desktop, Colima or OrbStack'
    : 'sudo apt-get install docker.io (or https://docs.docker.com/engine/install/)';

function engineAddress(env) {
  const named = env.ORRERY_DOCKER_SOCKET ? `unix://${env.ORRERY_DOCKER_SOCKET}` : env.DOCKER_HOST;
  const usual = [
    '/var/run/docker.sock',
    join(env.XDG_RUNTIME_DIR ?? '/nowhere', 'docker.sock'),
    join(env.HOME ?? '/nowhere', '.docker/run/docker.sock'),
  ];
  return named || usual.filter((path) => existsSync(path)).map((path) => `unix://${path}`)[0];
}

function ask(address) {
  const url = new URL(address);
  const target =
    url.protocol === 'unix:' ? { socketPath: url.pathname } : { host: url.hostname, port: url.port || 2375 };
  return new Promise((resolve, reject) => {
    const question = request({ ...target, path: '/version', timeout: 3000 }, (answer) => {
      let body = '';
      answer.on('data', (chunk) => (body += chunk));
      answer.on('end', () => {
        try {
          resolve(JSON.parse(body).Version);
        } catch (error) {
          reject(error);
        }
      });
    });
    question.on('timeout', () => question.destroy(new Error('it accepts connections but does not respond')));
    question.on('error', reject);
    question.end();
  });
}

function explain(error, address) {
  if (error.code === 'EACCES') {
    return {
      reason: `you are not allowed to use ${address}`,
      fix: 'sudo usermod -aG docker "$USER", then log in again',
    };
  }
  return {
    reason: `no Docker Engine answers at ${address}: ${error.message}`,
    fix: 'start it, for example: sudo systemctl start docker',
  };
}
