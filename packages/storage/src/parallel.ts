/** Runs `each` for all items, at most `limit` together. After the first failure no further one starts; all that run are awaited. */
export async function forEachParallel<T>(
  items: Iterable<T>,
  limit: number,
  each: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]();
  const failures: unknown[] = [];
  async function worker(): Promise<void> {
    while (failures.length === 0) {
      const next = iterator.next();
      if (next.done) return;
      try {
        await each(next.value);
      } catch (error) {
        failures.push(error);
      }
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, limit) }, worker));
  if (failures.length > 0) throw failures[0];
}

export interface Budget {
  /** Waits for a place, runs `task`, gives the place back. */
  run<T>(task: () => Promise<T>): Promise<T>;
}

export function createBudget(places: number): Budget {
  let free = places;
  const waiting: (() => void)[] = [];
  return {
    async run(task) {
      if (free > 0) free--;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await task();
      } finally {
        const next = waiting.shift();
        if (next) next();
        else free++;
      }
    },
  };
}
