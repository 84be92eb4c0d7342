import type { Message } from '../../../libs/simulator/src/model/messages.js';

export interface Presence {
  readonly networks: readonly string[];
  readonly endpoints: readonly string[];
}

export interface Introduction {
  readonly peer: string;
  readonly endpoint: string;
}

/**
 * The content of stand-ins' UDP packets: a type, the sender, the addressee, and a payload. A root that is not the
 * addressee forwards it.
 */
export type Datagram =
  | { readonly type: 'message'; readonly from: string; readonly to: string; readonly message: Message }
  /**
   * The networks in which the sender has an interface, and the endpoint it believes to have: a different one means that
   * it is behind NAT.
   */
  | { readonly type: 'presence'; readonly from: string; readonly to: string; readonly about: Presence }
  /** From a root: the endpoint, `address/port`, of a node that you reach through the root. */
  | { readonly type: 'introduction'; readonly from: string; readonly to: string; readonly about: Introduction }
  | {
      readonly type: 'frame';
      readonly from: string;
      readonly to: string;
      readonly networkId: string;
      readonly frame: Buffer;
    };

/** Frames for every member of a network have this instead of an address. */
export const EVERYBODY = 'ffffffffff';

const TYPES = ['message', 'presence', 'introduction', 'frame'] as const;
const HEADER = 11;
const FRAME_HEADER = HEADER + 8;

function payloadOf(datagram: Datagram): Buffer {
  switch (datagram.type) {
    case 'message':
      return Buffer.from(JSON.stringify(datagram.message));
    case 'presence':
    case 'introduction':
      return Buffer.from(JSON.stringify(datagram.about));
    case 'frame':
      return Buffer.concat([Buffer.from(datagram.networkId, 'hex'), datagram.frame]);
  }
}

export function encode(datagram: Datagram): Buffer {
  const header = Buffer.alloc(HEADER);
  header.writeUInt8(TYPES.indexOf(datagram.type), 0);
  header.write(datagram.from, 1, 'hex');
  header.write(datagram.to, 6, 'hex');
  return Buffer.concat([header, payloadOf(datagram)]);
}

/** Undefined: not one of ours. */
export function decode(bytes: Buffer): Datagram | undefined {
  const type = TYPES[bytes[0] ?? TYPES.length];
  if (type === undefined || bytes.length < HEADER) return undefined;
  const from = bytes.toString('hex', 1, 6);
  const to = bytes.toString('hex', 6, 11);
  if (type === 'frame') {
    const networkId = bytes.toString('hex', HEADER, FRAME_HEADER);
    return { type, from, to, networkId, frame: bytes.subarray(FRAME_HEADER) };
  }
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8', HEADER));
    if (type === 'message') return { type, from, to, message: value as Message };
    if (type === 'presence') return { type, from, to, about: value as Presence };
    return { type, from, to, about: value as Introduction };
  } catch {
    return undefined;
  }
}
