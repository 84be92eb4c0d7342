import { setTimeout as pause } from 'node:timers/promises';
import { it } from '@jest/globals';
import { subjects } from '@orrery/shared/contracts';
import { credentialsOf, HostileHost, inboxOf as inboxOf0, type Attack } from '../support/hostile/hostile-host.js';
import { percentile } from '../support/raw-http.js';
import { engineDown, HandAgent } from '../support/system/hand-agent.js';
import { System } from '../support/system/system.js';

const inboxOf = (a: HandAgent, rest?: string) => inboxOf0(credentialsOf(a), rest);
const only = process.env['LAB']?.split(',');
it('lab', async () => {
  const lab = async (
    name: string,
    make: (agent: HandAgent, system: System) => Attack | Promise<Attack>,
    seconds = 7,
  ) => {
    if (only && !only.includes(name)) return;
    const system = await System.start();
    const [evil, other] = await Promise.all([HandAgent.join(system, 'evil'), HandAgent.join(system, 'other')]);
    await evil.hello();
    await other.hello();
    const measure = async (ms: number) => {
      const out: number[] = [];
      const end = performance.now() + ms;
      while (performance.now() < end) {
        const from = performance.now();
        try {
          await other.say(engineDown('x'));
        } catch {
          /**/
        }
        out.push(performance.now() - from);
      }
      return out;
    };
    await measure(1500);
    const calm = await measure(3000);
    const before = system.nats.memoryMb();
    let peak = before;
    const watch = setInterval(() => (peak = Math.max(peak, system.nats.memoryMb())), 20);
    const apiBefore = system.api.process.usage().memoryMb;
    const hostile = await HostileHost.start(credentialsOf(evil), await make(evil, system));
    const flooded = await measure(seconds * 1000);
    const seen = await hostile.stop();
    await pause(2000);
    clearInterval(watch);
    const lost = system.api.process.output.split('bus.disconnected').length - 1;
    const p = (l: number[]) => `p50 ${percentile(l, 50).toFixed(1)} p99 ${percentile(l, 99).toFixed(1)} n ${l.length}`;
    process.stderr.write(
      `\nLAB ${name}: nats ${before.toFixed(0)} peak ${peak.toFixed(0)} after ${system.nats.memoryMb().toFixed(0)}; calm ${p(calm)}; attacked ${p(flooded)}; api ${apiBefore}→${system.api.process.usage().memoryMb}; api lost ${lost}; ${JSON.stringify(seen)}\n`,
    );
    await evil.close();
    await other.close();
    await system.close();
  };
  const small = (agent: HandAgent, reply: string, most = 2840) => ({
    subject: subjects.events(agent.host),
    reply,
    body: '{}',
    atOnce: 20,
    everyMs: 20,
    most,
  });
  await lab('issue', (a) => ({
    connections: 60,
    startsAt: 60,
    subscriptions: Array.from({ length: 64 }, () => inboxOf(a, '>')),
    requests: [small(a, inboxOf(a))],
  }));
  await lab('eight', (a) => ({
    connections: 60,
    startsAt: 60,
    subscriptions: Array.from({ length: 3 }, () => inboxOf(a, '>')),
    requests: [small(a, inboxOf(a))],
  }));
  await lab('longreply', (a) => ({
    connections: 60,
    startsAt: 60,
    subscriptions: Array.from({ length: 3 }, () => inboxOf(a, '>')),
    requests: [small(a, inboxOf(a, 'y'.repeat(3800)), 100000)],
  }));
  await lab('pour3', (a) => ({
    connections: 3,
    subscriptions: [],
    floods: true,
    requests: [{ subject: subjects.events(a.host), body: 'x'.repeat(300_000), atOnce: 1, everyMs: 1, most: 1 }],
  }));
  await lab('pour60', (a) => ({
    connections: 60,
    subscriptions: [],
    floods: true,
    requests: [{ subject: subjects.events(a.host), body: 'x'.repeat(300_000), atOnce: 1, everyMs: 1, most: 1 }],
  }));
  await lab('poursmall3', (a) => ({
    connections: 3,
    subscriptions: [],
    floods: true,
    requests: [{ subject: subjects.beat(a.host), body: '{}', atOnce: 1, everyMs: 1, most: 1 }],
  }));
  await lab('pourother3', (a) => ({
    connections: 3,
    subscriptions: [],
    floods: true,
    requests: [
      { subject: `orrery.v1.api.nothing.${a.host}`, body: 'x'.repeat(300_000), atOnce: 1, everyMs: 1, most: 1 },
    ],
  }));
  await lab('churn', (a) => ({ connections: 60, subscriptions: ['bad.subject'], reads: true, againMs: 0 }));
  await lab('deaf', (a) => ({
    connections: 60,
    startsAt: 60,
    subscriptions: Array.from({ length: 3 }, () => inboxOf(a, '>')),
    requests: [{ ...small(a, inboxOf(a), 1e6), atOnce: 200 }],
  }));
}, 600_000);
