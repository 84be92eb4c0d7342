import type { OpenAPIObject } from '@nestjs/swagger';
import { createLogger } from '@orrery/shared/runtime';
import { createApp } from '../app.factory.js';
import type { ApiConfig } from '../config.js';
import { buildDocument } from './document.js';

/** The document of an API that is built but never started, for docs/openapi.golden.json. */
export async function describeApi(config: ApiConfig): Promise<OpenAPIObject> {
  const app = await createApp(config, createLogger('api', 'silent'));
  try {
    return buildDocument(app);
  } finally {
    await app.close();
  }
}
