import type Docker from 'dockerode';
import { eventually } from '../../test/support/eventually.js';

/** Events of the engine at a container's start; `extract-to-dir` means that files were uploaded. */
export type EngineAction = 'create' | 'extract-to-dir' | 'start';

interface EngineEvent {
  Action: string;
  Actor: { Attributes: Record<string, string> };
  timeNano: number;
}

/** Records when the engine created, filled and started each container, by its own clock. */
export class EngineClock {
  private readonly times = new Map<string, number>();
  private rest = '';

  private constructor(private readonly stream: NodeJS.ReadableStream & { destroy?: () => void }) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => this.read(text));
    stream.on('error', () => undefined);
  }

  static async open(docker: Docker): Promise<EngineClock> {
    const event: EngineAction[] = ['create', 'extract-to-dir', 'start'];
    return new EngineClock(await docker.getEvents({ filters: { type: ['container'], event } }));
  }

  /** Milliseconds since 1970; the first if there are several. */
  async at(action: EngineAction, container: string): Promise<number> {
    const heard = () => this.times.get(`${action} ${container}`);
    return eventually(heard, { within: 90_000, every: 2, what: `the engine says ${action} ${container}` });
  }

  close(): void {
    this.stream.destroy?.();
  }

  private read(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines.filter((one) => one !== '')) {
      const { Action, Actor, timeNano } = JSON.parse(line) as EngineEvent;
      const key = `${Action} ${Actor.Attributes['name']}`;
      if (!this.times.has(key)) this.times.set(key, timeNano / 1e6);
    }
  }
}
