/** Packages that look for files beside their own (compiled code, web pages): no program has them in it, they lie beside it. */
export const ON_THE_DISK = ['classic-level', 'ssh2', 'swagger-ui-dist'];
/** What a package in a program looks for by a name that esbuild does not see: TypeORM its driver. */
export const BY_NAME = { api: ['pg'] };
/** Nest would take them if they were installed: they stay to be looked for when somebody asks for them. */
export const ABSENT = [
  ...[
    '@fastify/multipart',
    '@fastify/view',
    '@nestjs/platform-express',
    '@nestjs/websockets',
    'amqp-connection-manager',
    'amqplib',
  ],
  ...['class-transformer', 'class-validator', 'ioredis', 'kafkajs', 'mqtt'],
];
