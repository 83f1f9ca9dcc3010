/** A bounded queue between the store, which never waits, and one reader, which may be slow. */
export interface EventBuffer<T> {
  push(item: T): void;
  /** `undefined` once closed and drained. */
  next(): Promise<T | undefined>;
  close(): void;
  /** True when items were refused for want of room; the reader has to start over. */
  readonly overflowed: boolean;
}

export function createEventBuffer<T>(limit: number): EventBuffer<T> {
  let items: T[] = [];
  let head = 0;
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
      if (items.length - head >= limit) {
        overflowed = true;
        closed = true;
      } else items.push(item);
      notify();
    },
    async next() {
      for (;;) {
        if (head < items.length) {
          const item = items[head] as T;
          head += 1;
          if (head === items.length) {
            items = [];
            head = 0;
          }
          return item;
        }
        if (closed) return undefined;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    close() {
      closed = true;
      notify();
    },
  };
}
