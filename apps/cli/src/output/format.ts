/** `-o`: a table for people, a wider one, the API's own JSON, or names alone for scripts. */
export const OUTPUT_FORMATS = ['table', 'wide', 'json', 'name'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];
