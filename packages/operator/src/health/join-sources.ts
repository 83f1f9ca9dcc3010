import type { HealthSource } from './write-health.ts';

/** Several sources that are written together, each from when it has something to tell. */
export function joinSources(sources: readonly HealthSource[]): HealthSource {
  const telling = new Set<HealthSource>();
  const listeners = new Set<() => void>();
  const changed = () => {
    for (const listener of [...listeners]) listener();
  };
  const began = sources.map((source) =>
    source.first.then(() => {
      telling.add(source);
      changed();
    }),
  );
  const first = Promise.any(began);
  first.catch(() => {});
  for (const each of began) each.catch(() => {});
  return {
    first,
    onChange(listener) {
      listeners.add(listener);
      const stops = sources.map((source) => source.onChange(listener));
      return () => {
        listeners.delete(listener);
        for (const stop of stops) stop();
      };
    },
    data(told) {
      const data: Record<string, string> = {};
      for (const source of sources) {
        if (telling.has(source)) Object.assign(data, source.data({ ...told, ...data }));
      }
      return data;
    },
  };
}
