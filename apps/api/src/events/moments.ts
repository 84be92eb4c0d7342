import { badRequest } from '../http/schema.pipe.js';

const UNITS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const TIME = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:\d\d)?)?$/i;
const FORMS = 'write 15m, 24h, 7d, or a time such as 2026-05-01T10:00:00Z';

/**
 * `15m`, `24h`, `7d` back from now, or a time (UTC unless it says otherwise), from 1970 on. AppError `bad-request`
 * names the nearest.
 */
export function parseMoment(field: string, text: string, now = Date.now()): Date {
  const refused = (message: string) => badRequest([{ path: [field], message }]);
  const [, count, letter = ''] = /^(\d{1,15})([smhdw])$/.exec(text) ?? [];
  const unit = UNITS[letter];
  if (count !== undefined && unit !== undefined) {
    const most = Math.floor(now / unit);
    if (Number(count) <= most) return new Date(now - Number(count) * unit);
    throw refused(`${text} ago is before 1970; did you mean ${most}${letter}?`);
  }
  const [, year = '', month = '', day = '', clock = '00:00', zone = 'Z'] = TIME.exec(text) ?? [];
  const time = Date.parse(`${year}-${month}-${day}T${clock}${zone.toUpperCase()}`);
  if (Number.isNaN(time)) throw refused(FORMS);
  const last = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  if (Number(day) > last) throw refused(`${year}-${month} has ${last} days; did you mean ${year}-${month}-${last}?`);
  if (time < 0) throw refused(`${text} is before 1970; did you mean 1970-01-01?`);
  return new Date(time);
}
