/** A bounded queue between the store, which never waits, and one reader, which may be slow. */
export interface EventBuffer<T> {
  push(item: T): void;
  /** All that wait, at least one, oldest first; `undefined` once closed and drained. */
  take(): Promise<T[] | undefined>;
  close(): void;
  /** True when items were refused for want of room; the reader has to start over. */
  readonly overflowed: boolean;
}

export function createEventBuffer<T>(limit: number): EventBuffer<T> {
  let items: T[] = [];
  let wake: (() => void) | undefined;
  let closed = false;
  let overflowed = false;

  function notify(): void {
    wake?.();
    wake = undefined;
  }

  return {
    get overflowed() {
      return overflowed;
    },
    push(item) {
      if (closed) return;
      if (items.length >= limit) {
        overflowed = true;
        closed = true;
      } else items.push(item);
      notify();
    },
    async take() {
      while (items.length === 0) {
        if (closed) return undefined;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const taken = items;
      items = [];
      return taken;
    },
    close() {
      closed = true;
      notify();
    },
  };
}
