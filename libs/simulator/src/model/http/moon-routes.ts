import type { Moon } from '../moon.js';
import { bare, json, readBody } from './http-message.js';
import { ADDRESS, route, type Call, type Outcome } from './route.js';

const moonJson = (moon: Moon): Record<string, unknown> => ({ ...moon, waiting: false });

const idOf = (call: Call): string => `000000${(call.parts[0] ?? '').toLowerCase()}`;
const find = (call: Call): Moon | undefined => call.node.daemon.moons.find((moon) => moon.id === idOf(call));

function getMoon(call: Call): Outcome {
  const moon = find(call);
  return { answer: json(moon ? moonJson(moon) : {}) };
}

/** Orbiting a moon whose content is not known yet answers `waiting`, and the moon stays out of the list. */
function orbit(call: Call): Outcome {
  const moon = find(call);
  if (moon) return { answer: json(moonJson(moon)) };
  const seed = readBody(call.body)['seed'];
  if (typeof seed !== 'string' || !/[1-9a-f]/i.test(seed)) return { answer: json({}) };
  const waiting = { roots: [], signature: null, timestamp: 0, updatesMustBeSignedBy: null, waiting: true };
  return { answer: json({ id: idOf(call), ...waiting }) };
}

function deorbit(call: Call): Outcome {
  const { daemon } = call.node;
  const moons = daemon.moons.filter((moon) => moon.id !== idOf(call));
  return { answer: json({ result: true }), node: { ...call.node, daemon: { ...daemon, moons } } };
}

export const moonRoutes = [
  route('GET', '/moon', ({ node }) => ({ answer: json(node.daemon.moons.map(moonJson)) })),
  route('GET', `/moon/${ADDRESS}`, getMoon),
  route('POST PUT', `/moon/${ADDRESS}`, orbit),
  route('DELETE', `/moon/${ADDRESS}`, deorbit),
  // Sixteen digits, as in the moon's own ID, match nothing; recorded with a content type, unlike other unknown paths.
  route('GET', '/moon/[0-9a-fA-F]{16}', () => ({ answer: { ...bare(404), contentType: 'application/json' } })),
];
