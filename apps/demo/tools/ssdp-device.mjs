// ssdp-device.mjs ADDRESS NAME    a device that answers M-SEARCH (UPnP), only on the interface with that address
import { createSocket } from 'node:dgram';

const GROUP = '239.255.255.250';
const [address, name] = process.argv.slice(2);
const socket = createSocket({ type: 'udp4', reuseAddr: true });
socket.on('message', (message, { address: asker, port }) => {
  const text = message.toString();
  if (!text.startsWith('M-SEARCH')) return;
  const answer = [
    'HTTP/1.1 200 OK',
    'CACHE-CONTROL: max-age=60',
    'EXT:',
    `LOCATION: http://${address}:8000/${name}.xml`,
    'SERVER: Linux UPnP/1.1 orrery-demo/1',
    'ST: upnp:rootdevice',
    `USN: uuid:${name}::upnp:rootdevice`,
  ];
  socket.send(`${answer.join('\r\n')}\r\n\r\n`, port, asker);
});
socket.bind(1900, () => socket.addMembership(GROUP, address));
