/** Packages that look for files beside their own (compiled code, web pages): no program has them in it, they lie beside it. */
export const ON_THE_DISK = ['classic-level', 'ssh2', 'swagger-ui-dist'];
