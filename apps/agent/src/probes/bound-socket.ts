import { isIPv4, Socket } from 'node:net';

/** The building blocks of Node's own sockets. They are not part of its documented interface, so their shape is checked at each use. */
interface TcpBinding {
  TCP?: new (type: number) => TcpHandle;
  TCPConnectWrap?: new () => object;
  constants?: { SOCKET: number };
}
interface TcpHandle {
  bind6(address: string, port: number, flags: number): number;
  connect6(request: object, address: string, port: number): number;
  close(): void;
}

/** Error numbers of Linux. */
const EINVAL = -22;
const ENODEV = -19;
const EADDRNOTAVAIL = -99;
/** A link-local address that no machine has: zerotier-one and the kernel derive theirs from a MAC address. */
const NOBODYS = 'fe80::1';

/** The connection cannot be bound to the interface, so nothing was sent. The agent reads the code. */
export class NotBound extends Error {
  readonly code: string;
  constructor(why: string, code = 'ORRERY_NOT_BOUND') {
    super(why);
    this.code = code;
  }
}

/**
 * A TCP socket whose packets leave by `device` or not at all, whatever the routes say when it connects. Throws NotBound.
 *
 * Node has no SO_BINDTODEVICE. But a bind to a link-local address first binds the socket to the interface of its scope, and only then
 * fails because nobody here has that address (`__inet6_bind` in net/ipv6/af_inet6.c sets `sk_bound_dev_if` before `ipv6_chk_addr`). The
 * socket is then bound to the interface but to no address, needs no privilege for it, and reaches IPv4 as `::ffff:a.b.c.d`.
 *
 * Whether this kernel does so is verified. On a bound socket, and only there, a connect to a link-local address of another interface
 * (`lo`) is EINVAL. On an unbound socket it also fails (no such route), but binds the socket to `lo`. Nothing leaves the machine in either case.
 */
export function boundSocket(device: string): Socket {
  const { TCP, TCPConnectWrap, constants } = tcpBinding();
  if (!TCP || !TCPConnectWrap || !constants) throw new NotBound('this version of Node has no TCP handle');
  const handle = new TCP(constants.SOCKET);
  const refuse = (error: NotBound): never => {
    handle.close();
    throw error;
  };
  const bound = handle.bind6(`${NOBODYS}%${device}`, 0, 0);
  // EINVAL and ENODEV mean that the scope is not an interface: there is none of that name any more.
  if (bound === EINVAL || bound === ENODEV) refuse(new NotBound(`${device} is gone`, 'ENODEV'));
  if (bound === 0)
    refuse(new NotBound('the kernel binds to addresses that it does not have (net.ipv6.ip_nonlocal_bind)'));
  if (bound !== EADDRNOTAVAIL) refuse(new NotBound(`the kernel answers ${bound} to a bind for IPv6`));
  const other = handle.connect6(new TCPConnectWrap(), `${NOBODYS}%lo`, 9);
  if (other !== EINVAL) refuse(new NotBound(`the kernel does not keep the interface of a failed bind (${other})`));
  // Do not read before it is connected.
  const options = { handle, manualStart: true };
  return new Socket(options as object);
}

/** The notation of an address on a bound socket, which is an IPv6 one. */
export const boundAddress = (address: string): string => (isIPv4(address) ? `::ffff:${address}` : address);

function tcpBinding(): TcpBinding {
  const { binding } = process as { binding?: (name: string) => TcpBinding };
  return binding?.call(process, 'tcp_wrap') ?? {};
}
