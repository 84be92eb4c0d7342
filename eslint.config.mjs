// What prettier, tsc and the import rules cannot see. STYLE in rules; each exception says why at its place.
import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import { inlineFixes } from './scripts/inline-fixes.mjs';

const product = ['apps/*/src/**/*.{ts,tsx}', 'libs/*/src/**/*.ts'];
const pages = ['apps/web/src/**/*.{ts,tsx}'];
const tests = ['**/*.spec.ts', 'test/**/*.ts', 'bench/**/*.ts'];
const nodeGlobals =
  'process console Buffer URL URLSearchParams fetch performance structuredClone queueMicrotask AbortController AbortSignal ' +
  'setTimeout clearTimeout setInterval clearInterval setImmediate TextEncoder TextDecoder';

const moduleLevelLet = {
  selector: ':matches(Program, Program > ExportNamedDeclaration) > VariableDeclaration[kind="let"]',
  message: 'No state at module level: give it an owner that is constructed and stopped.',
};
const defaultExport = { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' };

/** Of these a pure function would have to be given what it needs; what it may import is in .dependency-cruiser.mjs. */
const pureFolders = ['apps/agent/src/pure/**/*.ts', 'libs/simulator/src/model/**/*.ts'];
const impureGlobals =
  'process fetch performance crypto setTimeout setInterval setImmediate queueMicrotask console require module';
const impureProperties = [
  ['Date', 'now'],
  ['Math', 'random'],
];
const impureNewDate = {
  selector: 'NewExpression[callee.name="Date"][arguments.length=0]',
  message: 'A pure function is told what time it is.',
};

export default tseslint.config(
  { ignores: ['**/dist/', '**/coverage/', '**/node_modules/', '**/*.golden.*'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.mjs', '**/*.js'],
    languageOptions: { globals: Object.fromEntries(nodeGlobals.split(' ').map((name) => [name, 'readonly'])) },
  },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/require-await': 'off', // an async function may keep a promise that its interface makes
      '@typescript-eslint/no-redeclare': 'off', // a schema and its type have one name
      '@typescript-eslint/return-await': ['error', 'in-try-catch'],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/prefer-promise-reject-errors': [
        'error',
        { allowThrowingUnknown: true, allowThrowingAny: true },
      ],
      'no-control-regex': 'off', // names of networks and logs are hostile text: control characters are what is looked for
      eqeqeq: 'error',
      'no-restricted-syntax': ['error', defaultExport],
    },
  },
  {
    files: pages,
    languageOptions: { parserOptions: { project: './apps/web/tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      // React takes handlers that return promises; what is thrown there ends in the mutation that the page shows.
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
    },
  },
  {
    files: product,
    ignores: tests,
    rules: {
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 5],
      'no-console': 'error',
      'no-restricted-syntax': ['error', defaultExport, moduleLevelLet],
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only config.ts reads the environment.' },
      ],
      'no-restricted-imports': [
        'error',
        { paths: [{ name: '@nestjs/common', importNames: ['forwardRef'], message: 'A cycle: split it.' }] },
      ],
    },
  },
  {
    files: ['apps/{api,agent}/src/**/*.ts', 'libs/*/src/**/*.ts'],
    ignores: [...tests, 'libs/shared/src/contracts/catalogue/*.ts'],
    rules: { 'no-restricted-syntax': ['error', defaultExport, moduleLevelLet, ...inlineFixes] },
  },
  {
    // A table of codes is as long as there are codes.
    files: ['libs/shared/src/contracts/catalogue/*-codes.ts'],
    rules: { 'max-lines': 'off' },
  },
  {
    files: ['**/config.ts', '**/main.ts', 'libs/shared/src/runtime/*.ts'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    files: pureFolders,
    ignores: tests,
    rules: {
      'no-restricted-globals': [
        'error',
        ...impureGlobals
          .split(' ')
          .map((name) => ({ name, message: 'This folder is pure: it is given what it needs.' })),
      ],
      'no-restricted-properties': [
        'error',
        ...impureProperties.map(([object, property]) => ({
          ...{ object, property, message: 'This folder is pure: it is given what it needs.' },
        })),
      ],
      'no-restricted-syntax': ['error', defaultExport, moduleLevelLet, impureNewDate],
    },
  },
  { files: ['apps/cli/src/**/*.ts'], rules: { 'no-console': 'off' } }, // what it prints is its product
  {
    files: tests,
    rules: {
      // What a test reads back is often JSON; its assertions are the check.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['scripts/**/*.mjs'],
    rules: { 'max-lines': ['error', { max: 400 }], 'no-restricted-syntax': ['error', defaultExport] },
  },
);
