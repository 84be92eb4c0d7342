/** In milliseconds or another unit; the quartiles are interpolated. */
export interface Spread {
  count: number;
  least: number;
  lower: number;
  median: number;
  upper: number;
  most: number;
}

/** Undefined if there are no samples. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((one, other) => one - other);
  const at = (share: number) => quantile(sorted, share);
  return { count: values.length, least: at(0), lower: at(0.25), median: at(0.5), upper: at(0.75), most: at(1) };
}

function quantile(sorted: readonly number[], share: number): number {
  const place = (sorted.length - 1) * share;
  const [below = 0, above = below] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return below + (above - below) * (place - Math.floor(place));
}
