import { ImageReference } from '@orrery/shared/contracts';
import { readConfig } from '@orrery/shared/runtime';
import { z } from 'zod';

const List = z.string().transform((text) => text.split(',').map((part) => part.trim()));

/** The settings of the demo, which docker-compose.yml provides. */
const DemoSettings = z.object({
  ORRERY_URL: z.url({ protocol: /^https?$/ }).default('http://api:7070'),
  ORRERY_TOKEN_FILE: z.string().default('/var/lib/orrery/secrets/admin.token'),
  NATS_URL: z.string().default('nats://nats:4222'),
  /** The image that agents launch by default. */
  ORRERY_ZEROTIER_IMAGE: ImageReference.default('zerotier/zerotier:1.14.2'),
  /** Sockets of the Docker engines of all hosts. */
  ORRERY_DEMO_ENGINES: List.default([1, 2, 3, 4].map((number) => `/run/engine-${number}/docker.sock`)),
  /** The first three numbers of the LAN of the two on-prem hosts. */
  ORRERY_LAN: z.string().default('192.168.10'),
  /** Names of the servers that a host must reach to be connected to Orrery. */
  ORRERY_DEMO_SERVERS: List.default(['api', 'nats']),
});

export interface DemoConfig {
  apiUrl: string;
  tokenFile: string;
  natsUrl: string;
  image: string;
  engineSockets: string[];
  servers: string[];
  lan: string;
}

export function readDemoConfig(env: Record<string, string | undefined>): DemoConfig {
  const settings = readConfig(DemoSettings, env);
  return {
    apiUrl: settings.ORRERY_URL.replace(/\/+$/, ''),
    tokenFile: settings.ORRERY_TOKEN_FILE,
    natsUrl: settings.NATS_URL,
    image: settings.ORRERY_ZEROTIER_IMAGE,
    engineSockets: settings.ORRERY_DEMO_ENGINES,
    servers: settings.ORRERY_DEMO_SERVERS,
    lan: settings.ORRERY_LAN,
  };
}
