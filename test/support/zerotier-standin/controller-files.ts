import { join } from 'node:path';
import { newController, type Controller } from '../../../libs/simulator/src/model/controller.js';
import type { MemberRecord, NetworkRecord } from '../../../libs/simulator/src/model/controller-records.js';
import { readFolder } from './files.js';

/** `controller.d` on disk, in the real layout: a file per network and per member. */
export function controllerFilesOf(controller: Controller): Record<string, string> {
  const files: Record<string, string> = {};
  for (const [id, network] of Object.entries(controller.networks)) {
    files[`network/${id}.json`] = JSON.stringify(network);
    for (const [address, member] of Object.entries(controller.members[id] ?? {})) {
      files[`network/${id}/member/${address}.json`] = JSON.stringify(member);
    }
  }
  return files;
}

export function readController(folder: string, address: string): Controller {
  const networks: Record<string, NetworkRecord> = {};
  const members: Record<string, Record<string, MemberRecord>> = {};
  for (const [name, text] of Object.entries(readFolder(join(folder, 'network')))) {
    const id = name.replace(/\.json$/, '');
    networks[id] = JSON.parse(text) as NetworkRecord;
    const rows = readFolder(join(folder, 'network', id, 'member'));
    members[id] = Object.fromEntries(
      Object.entries(rows).map(([file, row]) => [file.replace(/\.json$/, ''), JSON.parse(row) as MemberRecord]),
    );
  }
  return { ...newController(address), networks, members };
}
