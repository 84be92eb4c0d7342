import { Fragment, type ReactNode } from 'react';
import type { Shape } from '../api/client.js';
import { Icon } from './icon.js';
import css from './witnesses.module.css';

type Membership = Shape<'Membership'>;

interface Cell {
  text: ReactNode;
  /** What makes it differ from what is wanted, or from the others. */
  differs?: string;
  isNothing?: boolean;
}
interface Row {
  name: string;
  wanted: ReactNode;
  controller: Cell;
  daemon: Cell;
  kernel: Cell;
}

const nothing = (text: string): Cell => ({ text, isNothing: true });

/** Controller, daemon and kernel beside what is wanted; what disagrees stands out and says why. */
export function Witnesses({ membership }: { membership: Membership }) {
  const rows = witnessRows(membership);
  return (
    <table role="table" className={css.views}>
      <thead>
        <tr>
          <td />
          <th scope="col">
            Wanted<small>{membership.managed ? 'by Orrery' : 'found, not managed'}</small>
          </th>
          <th scope="col">
            Controller says<small>{membership.controller ? 'a controller of yours' : 'not one of yours'}</small>
          </th>
          <th scope="col">
            Daemon says<small>zerotier-one</small>
          </th>
          <th scope="col">
            Kernel shows<small>{membership.device ?? 'no device'}</small>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, wanted, controller, daemon, kernel }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td className={css.wanted} data-view="wanted">
              {wanted}
            </td>
            <View cell={controller} name="controller" />
            <View cell={daemon} name="daemon" />
            <View cell={kernel} name="kernel" />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function View({ cell: { text, differs, isNothing }, name }: { cell: Cell; name: string }) {
  const tone = differs === undefined ? (isNothing ? css.nothing : undefined) : css.differs;
  return (
    <td className={tone} data-view={name}>
      {differs === undefined ? text : <b>{text}</b>}
      {differs !== undefined && (
        <span className={css.why}>
          <Icon name="differs" />
          {differs}
        </span>
      )}
    </td>
  );
}

function witnessRows(membership: Membership): Row[] {
  return [authorizedRow(membership), interfaceRow(membership), addressRow(membership)];
}

function authorizedRow({ intent, managed, controller, status }: Membership): Row {
  const isWanted = intent !== 'absent';
  const says = controller?.authorized ? 'yes' : 'no';
  return {
    name: 'Authorized',
    wanted: isWanted ? 'yes' : 'to leave',
    controller: controller
      ? { text: says, ...(isWanted && managed && !controller.authorized && { differs: 'not decided, or denied' }) }
      : nothing('not asked'),
    daemon:
      status === null
        ? nothing('not joined')
        : { text: status, ...(isWanted && status !== 'OK' && { differs: 'the node is not in' }) },
    kernel: nothing('cannot know'),
  };
}

function interfaceRow({ intent, device, interfaceUp, status }: Membership): Row {
  const isUp = interfaceUp === true;
  const shows = interfaceUp === null ? 'not seen' : isUp ? 'up' : 'down';
  return {
    name: 'Interface',
    wanted: intent === 'absent' ? 'none' : 'up',
    controller: nothing('cannot know'),
    daemon: device === null ? nothing('none') : { text: <code>{device}</code> },
    kernel:
      !isUp && status === 'OK' && intent !== 'absent'
        ? { text: shows, differs: 'zerotier-one reports OK' }
        : isUp
          ? { text: shows }
          : nothing(shows),
  };
}

function addressRow({ controller, assignedAddresses, addresses, settings, status }: Membership): Row {
  const fromController = controller?.addresses ?? [];
  const missing = (have: readonly string[], wanted: readonly string[], who: string) => {
    const lacks = wanted.filter((address) => !have.some((one) => bare(one) === bare(address)));
    return lacks.length > 0 && settings?.allowManaged !== false
      ? { differs: `${who} has ${lacks.map(bare).join(', ')}` }
      : {};
  };
  return {
    name: 'Address',
    wanted: settings?.allowManaged === false ? 'none: not allowed' : 'as the controller assigns',
    controller: controller
      ? { text: lines(fromController), isNothing: fromController.length === 0 }
      : nothing('not asked'),
    daemon: {
      text: lines(assignedAddresses),
      isNothing: assignedAddresses.length === 0,
      ...(status === 'OK' && missing(assignedAddresses, fromController, 'the controller')),
    },
    kernel: {
      text: lines(addresses),
      isNothing: addresses.length === 0,
      ...missing(addresses, assignedAddresses, 'zerotier-one'),
    },
  };
}

const bare = (address: string) => address.replace(/\/\d+$/, '');

const lines = (addresses: readonly string[]): ReactNode =>
  addresses.length === 0
    ? 'none'
    : addresses.map((address, at) => (
        <Fragment key={address}>
          {at > 0 && <br />}
          {address}
        </Fragment>
      ));
