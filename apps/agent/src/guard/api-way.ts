import type { Way } from './probations.js';

/** The way to the API for those who are made before the uplink is; until then it is not up. */
export class ApiWay implements Way {
  #way: Way | undefined;

  follow(way: Way): void {
    this.#way = way;
  }

  get isUp(): boolean {
    return this.#way?.isUp ?? false;
  }

  get heardAt(): number {
    return this.#way?.heardAt ?? -Infinity;
  }

  ask(): void {
    this.#way?.ask();
  }
}
