import { parsePrefix } from './inet.js';
import { DEFAULT_SETTINGS, type Settings } from './membership.js';

/** `networks.d/<id>.local.conf`: `key=value` lines. `allowManaged` may be a list of prefixes instead of a flag. */
export function readSettings(text: string): Settings {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const at = line.indexOf('=');
    if (at > 0) values.set(line.slice(0, at).trim(), line.slice(at + 1).trim());
  }
  const flag = (key: 'allowGlobal' | 'allowDefault' | 'allowDNS'): boolean =>
    values.has(key) ? values.get(key) === '1' : DEFAULT_SETTINGS[key];
  const managed = values.get('allowManaged') ?? '1';
  const only = managed.split(',').filter((entry) => parsePrefix(entry.trim()) !== undefined);
  return {
    allowManaged: only.length > 0 || managed === '1',
    allowManagedOnly: only.map((entry) => entry.trim()),
    allowGlobal: flag('allowGlobal'),
    allowDefault: flag('allowDefault'),
    allowDNS: flag('allowDNS'),
  };
}

/** What the daemon writes after every POST: flags only. A list in the file is lost. */
export function writeSettings(settings: Settings): string {
  const keys = ['allowManaged', 'allowGlobal', 'allowDefault', 'allowDNS'] as const;
  return keys.map((key) => `${key}=${settings[key] ? '1' : '0'}\n`).join('');
}
