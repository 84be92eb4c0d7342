/** After navigation the focus belongs to the title, which is there only once the page knows what it is about. */
class TitleFocus {
  #isDue = false;

  /** Somebody has gone to another page. */
  want(): void {
    const title = document.querySelector<HTMLElement>('h1');
    this.#isDue = title === null;
    title?.focus({ preventScroll: true });
  }

  /** A title has appeared. */
  appeared(title: HTMLElement | null): void {
    if (!this.#isDue) return;
    this.#isDue = false;
    title?.focus({ preventScroll: true });
  }
}

export const titleFocus = new TitleFocus();
