import type { Bus } from '@orrery/shared/bus';
import { Host, JoinTokenMade, type HostId } from '@orrery/shared/contracts';
import { newUserKey } from '@orrery/shared/bus';
import { AppError } from '@orrery/shared/runtime';
import { commands, connectAs, greets, join, type Claim } from '../forger/forger.js';
import { pathOf } from '../orrery/orrery.js';
import { CAST } from '../story/cast.js';
import { mustHold } from '../story/not-so.js';
import type { Step } from '../story/step.js';
import { until } from '../story/until.js';
import { removeHost } from './clean-up.js';

const FIX = 'This must never happen. Please report it as SECURITY.md describes.';

export const forgedAgent: Step = {
  name: 'forged-agent',
  title: 'a forged agent is refused',
  async run(scene) {
    const { orrery, config } = scene;
    const refused = await join(orrery, `orj1.${'x'.repeat(43)}`, CAST.forger).then(
      () => false,
      (error: unknown) => error instanceof AppError && ['unauthenticated', 'join-refused'].includes(error.code),
    );
    mustHold(refused, 'a host joined with a made-up token', FIX);
    const body = { name: CAST.forger };
    const { secret } = await orrery.ask('POST', pathOf('join-tokens'), JoinTokenMade, { body });
    const { joined, key } = await join(orrery, secret, CAST.forger);
    try {
      const victim = (await orrery.get(pathOf('hosts', CAST.web.host), Host)).id;
      const own: Claim = { natsUrl: config.natsUrl, host: joined.hostId, jwt: joined.nats.jwt ?? '', key };
      await isKeptOut('without a key', { ...own, jwt: '' });
      await isKeptOut('with another key than its own', { ...own, key: newUserKey() });
      await isHeldToItsOwnName(own, victim);
      return { detail: "made-up token, no key, another key, another host's name: all refused" };
    } finally {
      await removeHost(orrery, joined.hostId);
    }
  },
};

async function isKeptOut(how: string, { jwt, ...claim }: Claim): Promise<void> {
  const bus = connectAs(jwt ? { ...claim, jwt } : claim);
  try {
    await until(async () => bus.refusal, { what: `NATS refusing an agent ${how}`, withinMs: 15_000, fix: FIX });
    mustHold(!bus.connected, `NATS accepted an agent ${how}`, FIX);
  } finally {
    await bus.close();
  }
}

/** Control and test: the agent gets an answer in its own name, and none in the name of another host. */
async function isHeldToItsOwnName(own: Claim, victim: HostId): Promise<void> {
  const bus: Bus = connectAs(own);
  try {
    await until(() => greets(bus, own.host), {
      what: 'an answer to an agent in its own name',
      withinMs: 15_000,
      fix: 'See `docker compose logs api nats`.',
    });
    mustHold(!(await greets(bus, victim)), 'the API answered an agent in the name of another host', FIX);
    mustHold(!(await commands(bus, victim)), 'an agent sent another host a command', FIX);
  } finally {
    await bus.close();
  }
}
