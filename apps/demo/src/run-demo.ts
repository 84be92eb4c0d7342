import { readFile } from 'node:fs/promises';
import { describeError } from '@orrery/shared/runtime';
import { HELP, readArguments } from './arguments.js';
import { readDemoConfig, type DemoConfig } from './config.js';
import { Engines } from './engines/engines.js';
import { Orrery } from './orrery/orrery.js';
import { CAST } from './story/cast.js';
import { notSo } from './story/not-so.js';
import { failureOf, runStory } from './story/run-story.js';
import type { Scene } from './story/scene.js';
import { STORY } from './story/story.js';
import { jsonTeller, textTeller, type Teller } from './story/teller.js';

type Write = (line: string) => void;
const HALF_AN_HOUR_MS = 30 * 60_000;
const WIDEST = Math.max(...STORY.map(({ title }) => title.length));

/** Runs the story, or a part of it, and returns the exit code: 0 passed, 1 failed, 2 usage error. Never throws. */
export async function runDemo(words: string[], env: Record<string, string | undefined>, write: Write): Promise<number> {
  let teller = textTeller(write, WIDEST);
  try {
    const { steps, json, help } = readArguments(words, STORY);
    if (json) teller = jsonTeller(write);
    if (help) {
      write(HELP);
      for (const { name, title } of STORY) write(`  ${name.padEnd(14)} ${title}`);
      return 0;
    }
    // A part of the story also covers what an earlier run began.
    const isWhole = steps[0] === STORY[0];
    const scene = await open(readDemoConfig(env), isWhole ? 0 : HALF_AN_HOUR_MS);
    return await tell(steps, scene, teller);
  } catch (error) {
    teller.failed(failureOf(error));
    return (error as { kind?: string }).kind === 'user' ? 2 : 1;
  }
}

async function tell(steps: typeof STORY, scene: Scene, teller: Teller): Promise<number> {
  const { engines, config } = scene;
  const start = performance.now();
  teller.begins(config.image, await isStandIn(scene));
  engines.bringTools([CAST.client.host, CAST.web.host]);
  try {
    const isSo = await runStory(steps, scene, (end) => teller.ended(end));
    if (isSo) teller.over(performance.now() - start, steps.length);
    return isSo ? 0 : 1;
  } finally {
    await engines.removeTools();
  }
}

async function open(config: DemoConfig, agoMs: number): Promise<Scene> {
  const token = await readFile(config.tokenFile, 'utf8').catch((error: unknown) => {
    const fix = 'Run `docker compose up -d --wait`, then `docker compose run --rm demo`.';
    throw notSo(`cannot read the token of the API: ${describeError(error)}`, fix, error);
  });
  const engines = await Engines.open(config.engineSockets);
  return { config, orrery: new Orrery(config.apiUrl, token.trim()), engines, startedAt: new Date(Date.now() - agoMs) };
}

/** Pulls the image on every engine first, so that no step's time includes a download. The real one is a program, the stand-in a script. */
async function isStandIn({ config: { image }, engines }: Scene): Promise<boolean> {
  await Promise.all(
    engines.hosts.map(async (host) => {
      const engine = engines.of(host);
      if (await engine.hasImage(image)) return;
      await engine.pull(image).catch((error: unknown) => {
        const fix = 'Without a registry, provide the image as an archive: docs/compose.md, ORRERY_IMAGES_DIR.';
        throw notSo(`${host} cannot pull ${image}: ${describeError(error)}`, fix, error);
      });
    }),
  );
  const beginning = await engines.of(CAST.controllerHost).ask(image, 'head -c 4 "$(command -v zerotier-one)"');
  return !beginning.includes('ELF');
}
