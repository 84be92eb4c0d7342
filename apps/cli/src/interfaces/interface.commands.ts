import { type Interface, InterfacePage } from '@orrery/shared/contracts';
import { listAll } from '../api/list-all.js';
import { CliError } from '../errors/cli-error.js';
import { ExitCode } from '../errors/exit-code.js';
import { hostFilter, marked } from '../hosts/host-view.js';
import { networkFilter, networkText } from '../networks/network-view.js';
import { nodeArgument, nodeFilter } from '../nodes/node-view.js';
import { ReferenceArgument } from '../options/reference-argument.js';
import { outputOption, type OutputOptions } from '../options/shared-options.js';
import { age } from '../output/age.js';
import { printOne } from '../output/print.js';
import type { Column } from '../output/table.js';
import type { Context } from '../program/context.js';
import { addList } from '../program/list-commands.js';
import type { OrreryCommand } from '../program/orrery-command.js';

const columns: Column<Interface>[] = [
  { title: 'NODE', text: (row) => marked(row.node.name, row.simulated), tone: () => 'strong' },
  { title: 'DEVICE', text: (row) => row.device },
  { title: 'STATE', text: (row) => (row.up ? 'up' : 'down'), tone: (row) => (row.up ? 'good' : 'bad') },
  { title: 'ADDRESSES', text: (row) => row.addresses.join(',') },
  { title: 'NETWORK', text: (row) => (row.network ? networkText(row.network) : '') },
  { title: 'MAC', text: (row) => row.mac, wide: true },
  { title: 'MTU', text: (row) => String(row.mtu), wide: true },
  { title: 'ROUTES', text: (row) => row.routes.map(({ target }) => target).join(','), wide: true },
  { title: 'UPDATED', text: (row, now) => age(row.updatedAt, now), wide: true },
];

const interfaceView = {
  columns,
  nameOf: (row: Interface) => `${row.node.name} ${row.device}`,
  empty: 'No ZeroTier interfaces.',
};

export function addInterfaceCommands(program: OrreryCommand, context: Context): void {
  const noun = program.group('interface', 'ZeroTier network devices, as the kernel shows them');
  addList(program, noun, context, {
    ...interfaceView,
    plural: 'interfaces',
    summary: 'list interfaces',
    path: '/v1/interfaces',
    page: InterfacePage,
    filters: [hostFilter(), nodeFilter(), networkFilter()],
    hostOf: (row) => row.host.id,
    examples: ['orrery interface ls', 'orrery interfaces --node web-1/demo -o wide'],
  });
  noun.leaf<OutputOptions>({
    name: 'get',
    summary: 'show an interface',
    args: [nodeArgument(), new ReferenceArgument('<device>', 'name of the device, such as ztmjfmfyq5')],
    options: [outputOption()],
    examples: ['orrery interface get web-1 ztmjfmfyq5'],
    run: async ({ output }, node = '', device = '') => {
      const { rows } = await listAll(context.client, '/v1/interfaces', InterfacePage, { node });
      const row = rows.find(({ value }) => value.device === device);
      if (!row)
        throw noInterface(
          node,
          device,
          rows.map(({ value }) => value.device),
        );
      printOne(context, output, interfaceView, row);
    },
  });
}

const noInterface = (node: string, device: string, candidates: string[]) =>
  new CliError({
    exitCode: ExitCode.usage,
    code: 'unknown-interface',
    cause: `${node} has no interface ${device}`,
    fix: `List its interfaces: \`orrery interface ls --node ${node}\``,
    candidates,
  });
