/** Whether a version is known to be older than another, by its numbers alone. One that is no version is not. */
export function isOlder(version: string, than: string): boolean {
  const numbers = /^v?(\d+(?:\.\d+)*)/.exec(version)?.[1]?.split('.').map(Number);
  if (!numbers) return false;
  for (const [at, wanted] of than.split('.').map(Number).entries()) {
    const own = numbers[at] ?? 0;
    if (own !== wanted) return own < wanted;
  }
  return false;
}
