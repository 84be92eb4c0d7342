import { TestEnvironment } from 'jest-environment-node';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { Script } from 'node:vm';

/** What V8 has compiled of a script serves each context in which it runs: a worker compiles once. */
const compiled = new Map();

/** Jest's Node, with the script of packages.mjs at hand: each test file has packages of its own, which are evaluated when it asks for them. */
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
  /** By a name that esbuild has not seen, as TypeORM asks for its driver: one of them, before there are two. */
  const require = (name) => (name in packages ? asRequired(packages[name]()) : node(name));
  compiled.get(path).runInContext(context)(packages, require, path, dirname(path));
  return packages;
}

/** What `require` gives of a CommonJS package is what `import` has as its default. */
const asRequired = (exported) => exported.default ?? exported;
