import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { CloudEvent } from '@orrery/shared/contracts';
import type { ApiProcess } from '../../support/system/api-process.js';

/** Listens to all events as they happen, from the moment of `open` on. */
export class EventListener {
  readonly heard: CloudEvent[] = [];
  private rest = '';

  private constructor(private readonly stream: IncomingMessage) {
    stream.setEncoding('utf8').on('data', (text: string) => this.read(text));
    stream.on('error', () => undefined);
  }

  static async open(api: ApiProcess): Promise<EventListener> {
    const headers = { authorization: `Bearer ${await api.secret('admin.token')}` };
    const request = get(`${api.url}/v1/events/stream`, { headers, agent: false });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    if (response.statusCode !== 200) throw new Error(`the stream was refused: ${response.statusCode}`);
    return new EventListener(response);
  }

  close(): void {
    this.stream.destroy();
  }

  private read(text: string): void {
    const messages = (this.rest + text).split('\n\n');
    this.rest = messages.pop() ?? '';
    for (const message of messages) {
      const data = message.split('\n').find((line) => line.startsWith('data: '));
      if (data && !message.startsWith('event: reset')) this.heard.push(JSON.parse(data.slice(6)) as CloudEvent);
    }
  }
}
