/** Stands for an object that is made later, so that a file need not declare it before it is there. */
export function later<T extends object>(made: () => T | undefined): T {
  return new Proxy({} as T, {
    get(_nothing, name) {
      const object = made();
      if (!object) throw new Error(`${String(name)} was asked for before the fixture has started`);
      const value: unknown = Reflect.get(object, name, object);
      return typeof value === 'function' ? (value.bind(object) as unknown) : value;
    },
  });
}
