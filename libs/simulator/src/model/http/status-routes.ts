import { PLANET } from '../moon.js';
import type { Node } from '../node.js';
import { VERSION } from '../timing.js';
import { json, readBody } from './http-message.js';
import { METRICS_TYPE, metricsText } from './metrics.js';
import { route, type Call, type Outcome } from './route.js';

const version = {
  version: VERSION.text,
  versionBuild: VERSION.build,
  versionMajor: VERSION.major,
  versionMinor: VERSION.minor,
  versionRev: VERSION.revision,
};

/** The status contains the local.conf itself, completed with the values in use. */
function configJson(node: Node): Record<string, unknown> {
  const settings = (node.localConfig?.['settings'] ?? {}) as Record<string, unknown>;
  const portOf = (at: number): number => {
    const isAllowed = settings['allowSecondaryPort'] !== false;
    return isAllowed ? Number(node.listeningOn[at]?.split('/')[1] ?? 0) : 0;
  };
  return {
    ...node.localConfig,
    settings: {
      allowTcpFallbackRelay: true,
      forceTcpRelay: false,
      portMappingEnabled: true,
      softwareUpdate: 'disable',
      softwareUpdateChannel: 'release',
      primaryPort: node.port,
      secondaryPort: portOf(1),
      tertiaryPort: portOf(2),
      ...settings,
      homeDir: node.home,
      listeningOn: node.listeningOn,
      surfaceAddresses: [...node.listeningOn].reverse(),
    },
  };
}

const statusJson = (node: Node, now: number): Record<string, unknown> => ({
  address: node.daemon.identity.address,
  clock: now,
  config: configJson(node),
  online: node.daemon.online,
  planetWorldId: PLANET.worldId,
  planetWorldTimestamp: PLANET.timestamp,
  publicIdentity: node.daemon.identity.public,
  tcpFallbackActive: false,
  ...version,
});

/** Every key of the body becomes a setting; the answer never shows it. */
function postSettings(call: Call): Outcome {
  const was = call.node.localConfig ?? {};
  const settings = { ...(was['settings'] as Record<string, unknown> | undefined), ...readBody(call.body) };
  return { answer: json({}), node: { ...call.node, localConfig: { ...was, settings } } };
}

export const statusRoutes = [
  route('GET', '/status', ({ node, now }) => ({ answer: json(statusJson(node, now)) })),
  route('GET', '/health', ({ node, now }) => ({
    answer: json({ clock: now, online: node.daemon.online, ...version }),
  })),
  route('GET', '/config', ({ node }) => ({ answer: json(node.localConfig ?? {}) })),
  route('POST PUT', '/config/settings', postSettings),
  route('GET', '/metrics', ({ node, now }) => ({
    answer: { status: 200, contentType: METRICS_TYPE, body: metricsText(node, now) },
  })),
];
