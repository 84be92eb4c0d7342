import { describe, expect, it } from '@jest/globals';
import { ModulesContainer } from '@nestjs/core';
import { createLogger } from '@orrery/shared/runtime';
import { temporaryFolder } from '../../../../test/support/servers.js';
import { createApp } from '../app.factory.js';
import { loadConfig } from '../config.js';
import { routePolicies } from './route-policies.js';

describe('the routes of the API', () => {
  it('all have a policy, and these are the public ones', async () => {
    const env = { DATABASE_URL: 'postgres://127.0.0.1:1/none', NATS_URL: 'nats://127.0.0.1:1' };
    const config = loadConfig({ ...env, ORRERY_HOME: await temporaryFolder('routes') });
    const app = await createApp(config, createLogger('test', 'silent'));
    const routes = routePolicies(app.get(ModulesContainer));
    await app.close();

    expect(routes.length).toBeGreaterThan(30);
    expect(routes.filter(({ policy }) => policy === undefined)).toEqual([]);
    expect(
      routes
        .filter(({ policy }) => policy === 'public')
        .map(({ route }) => route)
        .sort(),
    ).toEqual([
      'ErrorsPageController.page',
      'HealthController.alive',
      'HealthController.ready',
      'HealthController.version',
      'InstallFilesController.bundle',
      'InstallFilesController.script',
      'JoinController.nonce',
      'LoginsController.create', // it checks the token in its body
    ]);
    expect(routes.filter(({ policy }) => policy === 'key').map(({ route }) => route)).toEqual(['JoinController.renew']);
  });
});
