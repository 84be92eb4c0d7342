import type Docker from 'dockerode';
import { LABEL } from '../../../apps/agent/src/docker/labels.js';

interface EngineEvent {
  Action: string;
  Actor: { Attributes: Record<string, string> };
}

/** Listens to the engine: every container of a host that was created or started, in order, as `create orrery-demo`. */
export class EngineListener {
  readonly heard: string[] = [];
  private rest = '';

  private constructor(
    private readonly stream: NodeJS.ReadableStream & { destroy?: () => void },
    private readonly host: string,
  ) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => this.read(text));
    stream.on('error', () => undefined);
  }

  /** A container in which an identity is generated is recorded as `create throwaway`. */
  static async open(docker: Docker, host: string): Promise<EngineListener> {
    const stream = await docker.getEvents({ filters: { type: ['container'], event: ['create', 'start'] } });
    return new EngineListener(stream, host);
  }

  close(): void {
    this.stream.destroy?.();
  }

  private read(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines.filter((one) => one !== '')) {
      const { Action, Actor } = JSON.parse(line) as EngineEvent;
      const { [LABEL.host]: ours, [LABEL.throwaway]: throwaway, name = '' } = Actor.Attributes;
      if (throwaway === this.host) this.heard.push(`${Action} throwaway`);
      else if (ours === this.host) this.heard.push(`${Action} ${name}`);
    }
  }
}
