import { CloudEvent } from '@orrery/shared/contracts';
import { pathOf } from '../orrery/orrery.js';
import { CAST, nodeOf } from '../story/cast.js';
import { mustHold } from '../story/not-so.js';
import type { Step } from '../story/step.js';

/** The events to show, with type and subject. They must occur in this order; other events may come between. */
const MILESTONES: readonly [type: string, about: string][] = [
  ['network.created', CAST.network],
  ['admission.authorized', CAST.web.host],
  ['container.started', nodeOf(CAST.web)],
  ['interface.up', nodeOf(CAST.web)],
  ['address.assigned', nodeOf(CAST.web)],
  ['authorization.requested', nodeOf(CAST.guest)],
  ['admission.authorized', CAST.guest.host],
  ['address.assigned', nodeOf(CAST.guest)],
  ['host.unreachable', CAST.late.host],
  ['command.created', nodeOf(CAST.late)],
  ['command.delivered', nodeOf(CAST.late)],
  ['address.assigned', nodeOf(CAST.late)],
  ['host.joined', CAST.forger],
  ['host.removed', CAST.forger],
  ['command.failed', nodeOf(CAST.denied)],
];

export const timeline: Step = {
  name: 'timeline',
  title: 'the timeline of everything, from Postgres',
  async run({ orrery, startedAt }) {
    const query = { since: startedAt.toISOString(), order: 'asc' };
    const events = await orrery.list(pathOf('events'), CloudEvent, query);
    const lines: string[] = [];
    let from = 0;
    for (const [type, about] of MILESTONES) {
      const at = events.findIndex((event, index) => index >= from && isAbout(event, type, about));
      mustHold(
        events[at],
        `none of ${events.length} events is ${type} of ${about}${lines.length > 0 ? ` after "${lines.at(-1)}"` : ''}`,
        `See \`docker compose exec api orrery events --since ${startedAt.toISOString()}\`.`,
      );
      lines.push(lineOf(events[at], type, about));
      from = at + 1;
    }
    return { detail: `${events.length} events, including`, lines };
  },
};

/** Events of the API about a network have its name in their data; for all others, the subject starts with what they are about. */
function isAbout({ type, subject, data }: CloudEvent, wanted: string, about: string): boolean {
  if (type !== `io.orrery.${wanted}`) return false;
  return data.name === about || `${subject}/`.startsWith(`${about}/`);
}

function lineOf({ time, data }: CloudEvent, type: string, about: string): string {
  const by = typeof data.by === 'string' ? `  by ${data.by}` : '';
  return `${time.slice(11, 23)}  ${type.padEnd(24)}  ${about}${by}`;
}
