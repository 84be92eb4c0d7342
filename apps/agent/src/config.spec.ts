import { describe, expect, it } from '@jest/globals';
import { Name } from '@orrery/shared/contracts';
import { AgentSettings, readAgentConfig } from './config.js';

describe('the settings of the agent', () => {
  it('are all optional, with valid defaults', () => {
    const config = readAgentConfig({});
    expect(Name.safeParse(config.hostName).success).toBe(true);
    expect(config).toMatchObject({
      ...{ apiUrl: 'http://127.0.0.1:7070', simulate: false, hostLabels: {} },
      ...{ dockerSocket: '/var/run/docker.sock', zerotierHome: '/var/lib/zerotier-one' },
      ...{ zerotierImage: 'zerotier/zerotier:1.14.2', dockerNetwork: 'orrery', logLevel: 'info', warmIdentities: 3 },
    });
  });

  it('include labels, the engine and the rest', () => {
    const config = readAgentConfig({
      ORRERY_HOST_LABELS: 'site=cloud,tier=web',
      DOCKER_HOST: 'unix:///run/user/1000/docker.sock',
      ORRERY_URL: 'https://orrery.example/',
      ORRERY_SIMULATE: 'true',
      ORRERY_ZEROTIER_PORT: '9994',
    });
    expect(config).toMatchObject({
      hostLabels: { site: 'cloud', tier: 'web' },
      ...{ dockerSocket: '/run/user/1000/docker.sock', apiUrl: 'https://orrery.example', simulate: true },
      zerotierPort: 9994,
    });
    expect(readAgentConfig({ DOCKER_HOST: 'unix:///a', ORRERY_DOCKER_SOCKET: '/b' }).dockerSocket).toBe('/b');
  });

  it.each([
    ['ORRERY_HOST_LABELS', 'cloud'],
    ['ORRERY_HOST_NAME', 'Not A Name'],
    ['ORRERY_URL', 'ftp://x'],
    ['DOCKER_HOST', 'tcp://127.0.0.1:2375'],
    ['ORRERY_SIMULATED_WORLD', 'here'],
    ['ORRERY_ZEROTIER_PORT', '99999'],
    ['ORRERY_ZEROTIER_IMAGE', 'NOT AN IMAGE'],
    ['ORRERY_WARM_IDENTITIES', '65'],
  ])('refuse %s=%s by its name', (name, value) => {
    expect(() => readAgentConfig({ [name]: value })).toThrow(name);
  });

  it('are all described', () => {
    for (const [name, setting] of Object.entries(AgentSettings.shape))
      expect([name, setting.description ?? setting.meta()?.description]).toEqual([name, expect.any(String)]);
  });
});
