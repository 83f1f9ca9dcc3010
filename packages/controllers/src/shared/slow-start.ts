const maxBatch = 64;

/**
 * Does `task` for every item, first one, then twice as many at once each time all succeeded: a task that always fails is
 * not tried a hundred times (`slowStartBatch`).
 *
 * @returns the failure that ended it, if any.
 */
export async function slowStart<T>(
  items: readonly T[],
  task: (item: T) => Promise<void>,
): Promise<{ failure: unknown } | undefined> {
  let size = 1;
  let start = 0;
  while (start < items.length) {
    const results = await Promise.allSettled(items.slice(start, start + size).map(task));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) return { failure: failed.reason };
    start += size;
    size = Math.min(size * 2, maxBatch);
  }
  return undefined;
}
