/** The registry's host in a reference; Docker Hub if it names none. */
export function registryOf(image: string): string {
  const first = image.split('/')[0] ?? '';
  return image.includes('/') && (/[.:]/.test(first) || first === 'localhost') ? first : 'docker.io';
}

/**
 * The keys under which a reference is looked up, interpreted as by the engine: names on Docker Hub lack the registry
 * and `library/`, and the tag is `latest` if there is neither tag nor digest. A reference with both means its digest.
 */
export function imageKeys(image: string): string[] {
  if (image.startsWith('sha256:')) return [image];
  const short = image.replace(/^(index\.)?docker\.io\//, '').replace(/^library\//, '');
  const [path = '', digest] = short.split('@');
  const slash = path.lastIndexOf('/');
  const colon = path.indexOf(':', slash + 1);
  const repository = colon < 0 ? path : path.slice(0, colon);
  if (digest !== undefined) return [`${repository}@${digest}`];
  return [colon < 0 ? `${path}:latest` : path];
}
