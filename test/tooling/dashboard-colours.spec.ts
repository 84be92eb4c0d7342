import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';

const css = readFileSync(new URL('../../apps/web/src/style/tokens.css', import.meta.url), 'utf8');
const [light = '', dark = ''] = css.split('@media (prefers-color-scheme: dark)');

const GROUNDS = ['bg', 'surface', 'sunken', 'sel'];
const TEXTS = ['ink', 'ink2', 'ink3', 'accent', 'fine', 'wait', 'fail', 'away'];
const ON_THEIR_OWN: [text: string, ground: string][] = [
  ['wait', 'wait-soft'],
  ['ink', 'wait-soft'],
  ['fail', 'fail-soft'],
  ['ink', 'fail-soft'],
  ['accent', 'accent-soft'],
  ['fine', 'fine-soft'],
  ['away', 'away-soft'],
  ['on-accent', 'accent'],
  ['bg', 'ink'],
  ['term-ink', 'term'],
  ['term-dim', 'term'],
];
const SHAPES = ['fine-dot', 'wait-fill', 'fail-fill', 'edge'];

function tokensIn(text: string): (name: string) => string {
  const found = new Map([...text.matchAll(/--([\w-]+): (#[0-9a-f]{3,6});/g)].map(([, name, value]) => [name, value]));
  return (name) => {
    const value = found.get(name);
    if (value === undefined) throw new Error(`there is no token ${name}`);
    return value.length === 4 ? value.replaceAll(/[0-9a-f]/g, '$&$&') : value;
  };
}

/** WCAG 2.2, relative luminance. */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

describe.each<[string, (name: string) => string]>([
  ['light', tokensIn(light)],
  ['dark', tokensIn(dark)],
])('the colours in %s', (_name, token) => {
  it.each([...GROUNDS.flatMap((ground) => TEXTS.map((text): [string, string] => [text, ground])), ...ON_THEIR_OWN])(
    'show text in %s on %s with a contrast of at least 4.5',
    (text, ground) => expect(contrast(token(text), token(ground))).toBeGreaterThanOrEqual(4.5),
  );

  it.each(['bg', 'surface'].flatMap((ground) => SHAPES.map((shape): [string, string] => [shape, ground])))(
    'show shapes in %s on %s with a contrast of at least 3',
    (shape, ground) => expect(contrast(token(shape), token(ground))).toBeGreaterThanOrEqual(3),
  );
});
