/** Packages that read files beside their own (compiled code, web pages): they stay outside the programs, in node_modules. */
export const ON_THE_DISK = ['classic-level', 'ssh2', 'swagger-ui-dist'];
/** Packages that a bundled package loads by a name that esbuild does not see: TypeORM's driver. */
export const BY_NAME = { api: ['pg'] };
/** Nest uses them only if they are installed; they are resolved at run time. */
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
