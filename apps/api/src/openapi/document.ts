import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { Problem } from '@orrery/shared/contracts';
import { API_VERSION } from '../version.js';
import { convertSchema, settleNames } from './schemas.js';

const ABOUT = `Every change answers 202 with a command, which ends done, failed, cancelled or superseded; watch it with
\`GET /v1/commands/{id}?wait=30s\`. Lists are pages: \`next\` goes into \`?after=\`. A HOST is its name or id; a NODE is HOST (its own
daemon), HOST.CONTAINER (or HOST/CONTAINER, where a slash needs no %2F), an address or an id; a NETWORK is 16 hex digits or its name.`;

interface Operation {
  'x-orrery-policy'?: string;
  security?: Record<string, string[]>[];
  responses: Record<string, unknown>;
}
type Operations = Record<string, Operation>;

/** Answers to a token: a public route never looks at one. */
const OF_TOKENS = ['401', '403', '429'];

/** The OpenAPI 3.1 document, out of the same schemas that parse requests and answers. */
export function buildDocument(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Orrery')
    .setDescription(ABOUT.replaceAll('\n', ' '))
    .setVersion(API_VERSION)
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'An API token (`ora_…`)' }, 'token')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'The join secret (`orj_…`)' }, 'joinSecret')
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    standardSchemaConverter: convertSchema,
    autoTagControllers: false,
  });
  Object.assign(
    ((document.components ??= {}).schemas ??= {}),
    convertSchema(Problem, { schemaType: 'output' })?.components,
  );
  settleNames(document);
  for (const path of Object.values(document.paths)) secure(path as Operations);
  document.paths = Object.fromEntries(Object.entries(document.paths).sort(([a], [b]) => (a < b ? -1 : 1)));
  return document;
}

function secure(path: Operations): void {
  for (const operation of Object.values(path)) {
    const policy = operation['x-orrery-policy'];
    if (policy === undefined) continue;
    if (policy === 'public') for (const status of OF_TOKENS) delete operation.responses[status];
    const tokenless = policy === 'public' || policy === 'key';
    operation.security = tokenless ? [] : [{ [policy === 'join' ? 'joinSecret' : 'token']: [] }];
  }
}
