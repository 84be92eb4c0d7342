/** One event of a stream: server-sent events, read from the bytes of an answer. */
export interface StreamLine {
  event: string;
  id: string | undefined;
  data: string;
}

/** Cuts text into events as it arrives. Comments, which only keep the connection open, are left out. */
export class EventLines {
  #rest = '';

  take(text: string): StreamLine[] {
    const blocks = (this.#rest + text).split('\n\n');
    this.#rest = blocks.pop() ?? '';
    return blocks.flatMap(lineOf);
  }
}

function lineOf(block: string): StreamLine[] {
  const fields = new Map<string, string>();
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1).replace(/^ /, ''));
  }
  const id = fields.get('id');
  const data = fields.get('data');
  if (data === undefined) return id === undefined ? [] : [{ event: 'position', id, data: '' }];
  return [{ event: fields.get('event') ?? 'message', id, data }];
}
