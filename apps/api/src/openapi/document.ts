import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { CloudEvent, Problem, StreamReset } from '@orrery/shared/contracts';
import type { PolicyName } from '../auth/policy.decorator.js';
import { LOGIN_HEADER } from '../logins/login-cookie.js';
import { API_VERSION } from '../version.js';
import { addGeneralProblems } from './general-problems.js';
import { PATH_PARAMETERS, TAGS } from './operation-texts.js';
import { convertSchema, settleNames } from './schemas.js';

const ABOUT = `Connects Docker containers and hosts to ZeroTier networks. A change answers 202 with a command, which ends \`done\`,
\`failed\`, \`cancelled\` or \`superseded\`; watch it with \`GET /v1/commands/{command}?wait=30s\`. Lists are pages: pass \`next\` as
\`?after=\`. Every refusal is a Problem with a stable \`code\` and a \`fix\`. Ignore fields that you do not know: answers may gain some.`;

const TOKEN =
  'An API token (`ora_…`). A page can send both halves of a login instead, but not in addition: `loginCookie` and `loginSecret`.';

interface Parameter {
  name: string;
  in: string;
  description?: string;
  example?: unknown;
  schema: Record<string, unknown>;
}
interface Operation {
  operationId?: string;
  'x-orrery-policy'?: PolicyName;
  security?: Record<string, string[]>[];
  parameters?: Parameter[];
  responses: Parameters<typeof addGeneralProblems>[0];
}
type Operations = Record<string, Operation>;

/** The OpenAPI 3.1 document, from the same schemas that parse requests and answers. */
export function buildDocument(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Orrery')
    .setDescription(ABOUT.replaceAll('\n', ' '))
    .setVersion(API_VERSION)
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addServer('/', 'The API that answers this document')
    // By hand, because `addBearerAuth` would call these opaque tokens JWTs.
    .addSecurity('token', { type: 'http', scheme: 'bearer', description: TOKEN })
    .addSecurity('loginCookie', {
      type: 'apiKey',
      in: 'cookie',
      name: 'orrery-login',
      description: 'The half of a login that the browser sends by itself; over TLS its name is `__Host-orrery-login`',
    })
    .addSecurity('loginSecret', {
      type: 'apiKey',
      in: 'header',
      name: LOGIN_HEADER,
      description: 'The half of a login that the page keeps. It needs the cookie of the same login.',
    })
    .addSecurity('joinSecret', {
      type: 'http',
      scheme: 'bearer',
      description: 'A join token (`orj1.…`) or the join secret (`orj_…`)',
    });
  for (const [name, description] of Object.entries(TAGS)) config.addTag(name, description);
  const document = SwaggerModule.createDocument(app, config.build(), {
    standardSchemaConverter: convertSchema,
    autoTagControllers: false,
  });
  // No route answers these with a schema of its own.
  const schemas = ((document.components ??= {}).schemas ??= {});
  for (const schema of [Problem, CloudEvent, StreamReset])
    Object.assign(schemas, convertSchema(schema, { schemaType: 'output' })?.components);
  settleNames(document);
  for (const path of Object.values(document.paths)) complete(path as unknown as Operations);
  delete document.info.contact;
  document.paths = sorted(document.paths);
  document.components.schemas = sorted(document.components.schemas ?? {});
  return document;
}

/** By name: which module is wired first makes no difference. */
const sorted = <T>(record: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));

function complete(path: Operations): void {
  for (const [method, operation] of Object.entries(path)) {
    operation.parameters?.forEach(describe);
    const policy = operation['x-orrery-policy'];
    if (policy === undefined) continue;
    addGeneralProblems(operation.responses, method, policy);
    operation.security = securityOf(operation);
  }
}

/**
 * A login is named only where nothing else will do. If it were an alternative everywhere, generated clients that send
 * one credential under all names would send two, and be refused.
 */
function securityOf({ operationId, 'x-orrery-policy': policy }: Operation): Record<string, string[]>[] {
  if (policy === 'public' || policy === 'key') return [];
  if (operationId === 'endLogin') return [{ loginCookie: [], loginSecret: [] }];
  return [{ [policy === 'join' ? 'joinSecret' : 'token']: [] }];
}

/** The description in a parameter's schema belongs to the parameter. */
function describe(parameter: Parameter): void {
  const { description, example, ...schema } = parameter.schema;
  const said = { ...(description ? { description } : {}), ...(example === undefined ? {} : { example }) };
  Object.assign(parameter, said, parameter.in === 'path' ? PATH_PARAMETERS[parameter.name] : {}, { schema });
}
