import { badRequest } from '../http/schema.pipe.js';

const UNITS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** `15m`, `24h`, `7d` back from now, or a time. */
export function parseMoment(field: string, text: string, now = Date.now()): Date {
  const duration = /^(\d{1,6})([smhdw])$/.exec(text);
  const unit = UNITS[duration?.[2] ?? ''];
  if (duration && unit) return new Date(now - Number(duration[1]) * unit);
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(time)) return new Date(time);
  throw badRequest([{ path: [field], message: 'write 15m, 24h, 7d, or a time such as 2026-05-01T10:00:00Z' }]);
}
