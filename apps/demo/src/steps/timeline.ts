import { CloudEvent } from '@orrery/shared/contracts';
import { pathOf } from '../orrery/orrery.js';
import { CAST, nodeOf } from '../story/cast.js';
import { mustHold } from '../story/not-so.js';
import type { Step } from '../story/step.js';

/** What of all that happened is shown, in this order: type, and what its subject has in it. */
const STORY: [type: string, about: string][] = [
  ['network.created', CAST.network],
  ['admission.authorized', nodeOf(CAST.web)],
  ['container.started', nodeOf(CAST.web)],
  ['interface.up', nodeOf(CAST.web)],
  ['address.assigned', nodeOf(CAST.web)],
  ['authorization.requested', nodeOf(CAST.guest)],
  ['admission.authorized', nodeOf(CAST.guest)],
  ['address.assigned', nodeOf(CAST.guest)],
  ['host.unreachable', CAST.late.host],
  ['command.created', nodeOf(CAST.late)],
  ['host.online', CAST.late.host],
  ['address.assigned', nodeOf(CAST.late)],
  ['item.settled', nodeOf(CAST.denied)],
];

export const timeline: Step = {
  name: 'timeline',
  title: 'the timeline of all of it, from Postgres',
  async run({ orrery, startedAt }) {
    const query = { since: startedAt.toISOString(), order: 'asc' };
    const events = await orrery.list(pathOf('events'), CloudEvent, query);
    return {
      detail: `${events.length} events since the beginning`,
      lines: events.map((e) => `${e.time} ${e.type} ${e.source} ${e.subject} ${JSON.stringify(e.data).slice(0, 150)}`),
    };
  },
};
void STORY;
void mustHold;
