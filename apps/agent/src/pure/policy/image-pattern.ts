/** An image reference as the engine reads it, with every part explicit. */
export interface ImageName {
  /** Registry and path: `docker.io/library/alpine`. */
  repository: string;
  /** Used when there is no digest; with a digest the engine ignores it. */
  tag: string;
  digest: string | undefined;
}

/** Names one image, the images of a repository, or (`*`) every image. */
export type ImagePattern = 'every' | { repository: RegExp; tag: RegExp | undefined; digest: string | undefined };

const HUB = 'docker.io';
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const REGISTRY = /^(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::\d{1,5})?$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
/** Wherever the engine expects a name, it also accepts the full or shortened ID of a local image. */
const MAYBE_ID = /^(?:sha256:)?[0-9a-f]+$/;

/** Undefined if it is not a name: the ID of a local image, or something that the engine would reject. */
export function readImageName(reference: string): ImageName | undefined {
  if (MAYBE_ID.test(reference)) return undefined;
  const { name, tag = 'latest', digest } = split(reference);
  const { registry, path } = qualified(name);
  const isName = REGISTRY.test(registry) && path.split('/').every((component) => COMPONENT.test(component));
  if (!isName || !TAG.test(tag) || (digest !== undefined && !DIGEST.test(digest))) return undefined;
  return { repository: `${registry}/${path}`, tag, digest };
}

/**
 * `*` is every image. Otherwise a reference in which `*` matches anything within one part and `**` any number of parts. Without tag and
 * digest it matches the whole repository. Undefined for an invalid pattern.
 */
export function readImagePattern(text: string): ImagePattern | undefined {
  if (text === '*') return 'every';
  if (MAYBE_ID.test(text) || !/^[\w.\-/:*@[\]]+$/.test(text)) return undefined;
  const { name, tag, digest } = split(text);
  const { registry, path } = qualified(name);
  const isPath = path.split('/').every((component) => /^(?:[a-z0-9._-]|\*)+$/.test(component));
  if (!isPath || !/^[a-z0-9.\-*:[\]]+$/.test(registry)) return undefined;
  if (tag !== undefined && !/^[\w.\-*]+$/.test(tag)) return undefined;
  if (digest !== undefined && !DIGEST.test(digest)) return undefined;
  return {
    repository: globOf(`${registry}/${path}`),
    tag: tag === undefined || digest !== undefined ? undefined : globOf(tag),
    digest,
  };
}

/** A tag promises nothing about a digest: a pattern with a tag fits no reference with a digest. */
export function fitsImage(reference: string, pattern: ImagePattern): boolean {
  if (pattern === 'every') return true;
  const name = readImageName(reference);
  if (!name || !pattern.repository.test(name.repository)) return false;
  if (pattern.digest !== undefined) return name.digest === pattern.digest;
  return pattern.tag === undefined || (name.digest === undefined && pattern.tag.test(name.tag));
}

function split(reference: string): { name: string; tag: string | undefined; digest: string | undefined } {
  const at = reference.indexOf('@');
  const path = at < 0 ? reference : reference.slice(0, at);
  const digest = at < 0 ? undefined : reference.slice(at + 1);
  const colon = path.indexOf(':', path.lastIndexOf('/') + 1);
  return colon < 0
    ? { name: path, tag: undefined, digest }
    : { name: path.slice(0, colon), tag: path.slice(colon + 1), digest };
}

/**
 * The part before the first slash is a registry only if it looks like one: with a dot, a colon or a capital, or `localhost`. Registry
 * names are case-insensitive.
 */
function qualified(name: string): { registry: string; path: string } {
  const slash = name.indexOf('/');
  const first = name.slice(0, slash);
  const isRegistry = slash >= 0 && (/[.:A-Z]/.test(first) || first === 'localhost');
  const registry = isRegistry ? first.toLowerCase().replace(/^index\.docker\.io$/, HUB) : HUB;
  const path = isRegistry ? name.slice(slash + 1) : name;
  return { registry, path: registry === HUB && !path.includes('/') ? `library/${path}` : path };
}

/** `**` for anything, `*` for anything but a slash. */
function globOf(pattern: string): RegExp {
  const source = pattern
    .split(/(\*+)/)
    .map((part) => (/^\*/.test(part) ? (part.length > 1 ? '.*' : '[^/]*') : part.replaceAll(/[^\w]/g, '\\$&')))
    .join('');
  return new RegExp(`^${source}$`, 's');
}
