import { TestEnvironment } from 'jest-environment-node';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { Script } from 'node:vm';

/** V8 reuses a compiled script in every context, so each worker compiles only once. */
const compiled = new Map();

/**
 * Jest's Node environment with the script of packages.mjs. Each test file has its own packages, evaluated on request.
 */
class PackagesEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    const { packages: path } = config.projectConfig.testEnvironmentOptions;
    let packages;
    this.global[Symbol.for('orrery.packages')] = (name) => {
      packages ??= evaluate(path, this.getVmContext());
      return packages[name]();
    };
  }
}

export { PackagesEnvironment as default }; // as Jest wants it

function evaluate(path, context) {
  if (!compiled.has(path)) {
    const code = `(function (exports, require, __filename, __dirname) {${readFileSync(path, 'utf8')}\n})`;
    compiled.set(path, new Script(code, { filename: path }));
  }
  const packages = {};
  const node = createRequire(path);
  /** For names that esbuild did not see, such as TypeORM's driver: avoids a second copy of the package. */
  const require = (name) => (name in packages ? asRequired(packages[name]()) : node(name));
  compiled.get(path).runInContext(context)(packages, require, path, dirname(path));
  return packages;
}

/** `require` of a CommonJS package returns what `import` has as its default export. */
const asRequired = (exported) => exported.default ?? exported;
